//! One request on its way to a target and back.

use super::{Balancer, target::Busy};
use crate::{
    body::{Body, Sent},
    id,
    moto::strip_hop_by_hop,
};
use http_body_util::BodyExt;
use hyper::{
    HeaderMap, Request, Response, StatusCode, Uri, Version,
    body::Incoming,
    header::{self, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use std::net::IpAddr;
use tokio::{io::copy_bidirectional, time::timeout};

/// The cookie that keeps a viewer at one target.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions>
const COOKIE: &str = "AWSALB";

/// Every request has an answer: where no target gives one, the load balancer's own.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>
pub(super) async fn answer(balancer: &Balancer, viewer: IpAddr, mut request: Request<Incoming>) -> Response<Sent> {
    let stickiness = balancer.stickiness();
    let preferred = stickiness.and_then(|_| cookie(request.headers()));
    let Some((busy, address)) = balancer.pick(preferred.as_deref()) else {
        return own(StatusCode::SERVICE_UNAVAILABLE, "Service Temporarily Unavailable");
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("http://{address}{path}").parse::<Uri>() else {
        return own(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let protocol = upgrade(request.headers());
    let viewer_side = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
    *request.uri_mut() = uri;
    *request.version_mut() = Version::HTTP_11;
    let headers = request.headers_mut();
    strip_hop_by_hop(headers);
    if let Some(protocol) = &protocol {
        switch(headers, protocol);
    }
    forwarded(headers, viewer, balancer.port);

    let mut response = match timeout(balancer.idle_timeout(), balancer.client.request(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => return own(StatusCode::BAD_GATEWAY, "Bad Gateway"),
        Err(_) => return own(StatusCode::GATEWAY_TIMEOUT, "Gateway Time-out"),
    };
    let sticky = stickiness.map(|seconds| set_cookie(&busy, seconds));
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let (Some(viewer_side), Some(protocol)) = (viewer_side, upgrade(response.headers())) else {
            return own(StatusCode::BAD_GATEWAY, "Bad Gateway"); // nobody has asked for that
        };
        let target_side = hyper::upgrade::on(&mut response);
        tokio::spawn(tunnel(busy, viewer_side, target_side));
        let (mut parts, _) = response.into_parts();
        strip_hop_by_hop(&mut parts.headers);
        switch(&mut parts.headers, &protocol);
        parts.headers.extend(sticky.map(|cookie| (header::SET_COOKIE, cookie)));
        return Response::from_parts(parts, Body::default().send());
    }
    let (mut parts, body) = response.into_parts();
    strip_hop_by_hop(&mut parts.headers);
    parts.version = Version::HTTP_11;
    if let Some(cookie) = sticky {
        parts.headers.append(header::SET_COOKIE, cookie);
    }
    // The target is busy until the last byte of the answer.
    let body = body.map_frame(move |frame| {
        let _busy = &busy;
        frame
    });
    Response::from_parts(parts, body.boxed_unsync())
}

/// Passes bytes both ways until one side ends, or the target has to go.
async fn tunnel(busy: Busy, viewer: hyper::upgrade::OnUpgrade, target: hyper::upgrade::OnUpgrade) {
    let copy = async {
        if let (Ok(viewer), Ok(target)) = tokio::join!(viewer, target) {
            // An error is a side that hung up.
            let _ = copy_bidirectional(&mut TokioIo::new(viewer), &mut TokioIo::new(target)).await;
        }
    };
    tokio::select! {
        () = copy => (),
        () = busy.0.cut.notified() => (),
    }
}

/// The protocol that one side wants to speak from now on.
fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = headers.get_all(header::CONNECTION).iter().any(|value| {
        value.to_str().is_ok_and(|text| text.split(',').any(|word| word.trim().eq_ignore_ascii_case("upgrade")))
    });
    headers.get(header::UPGRADE).filter(|_| wanted).cloned()
}

fn switch(headers: &mut HeaderMap, protocol: &HeaderValue) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, protocol.clone());
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html>
fn forwarded(headers: &mut HeaderMap, viewer: IpAddr, port: u16) {
    let name = HeaderName::from_static("x-forwarded-for");
    let before = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
    let all: Vec<String> = before.map(str::to_owned).chain([viewer.to_string()]).collect();
    let trace = format!("Root=1-{}-{}", id::hex(8), id::hex(24));
    let values = [
        (name, all.join(", ")),
        (HeaderName::from_static("x-forwarded-proto"), "http".to_owned()),
        (HeaderName::from_static("x-forwarded-port"), port.to_string()),
        (HeaderName::from_static("x-amzn-trace-id"), trace),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// The instance that the viewer's cookie names.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

fn set_cookie(busy: &Busy, seconds: u64) -> HeaderValue {
    let text = format!("{COOKIE}={}; Max-Age={seconds}; Path=/", busy.0.instance.listed.id);
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// An answer of the load balancer itself.
fn own(status: StatusCode, title: &str) -> Response<Sent> {
    let title = format!("{} {title}", status.as_u16());
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    let mut response = Response::new(Body::Whole(page.into()).send());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("awselb/2.0"));
    response
}
