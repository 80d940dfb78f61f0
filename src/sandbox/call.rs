//! One request to AWS, understood: which service, region and action it is, in which protocol, and whether it changes
//! anything. Layers read a [`Call`] through [`Call::form`], [`Call::json`] and [`Call::xml`], and make new ones
//! (to ask what lies below them) with [`Call::query`], [`Call::target`] and [`Call::rest`].

use crate::{action, body::Body, form::Form, xml::Element};
use bytes::Bytes;
use hyper::{HeaderMap, Method, Uri, header};
use serde_json::Value;

/// How a service writes its requests and, above all, its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `Action=…` in a form; answers are XML. EC2 has its own form of errors.
    Query,
    Ec2,
    /// `X-Amz-Target: Service.Action`, JSON both ways.
    Json,
    /// Method and path name the action.
    RestJson,
    RestXml,
    S3,
    /// Smithy RPC v2: `/service/X/operation/Y`, CBOR both ways.
    Cbor,
}

/// A request on its way down the layers.
#[derive(Debug)]
pub struct Call {
    pub method: Method,
    /// Path and query as the client wrote them.
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Body,
    /// The signing name: `ec2`, `elasticloadbalancing`, `monitoring` (CloudWatch), `ses` (both versions), `tagging` …
    pub service: String,
    pub region: String,
    pub access_key: String,
    /// As in the API reference: `CreateVpc`, `PutObject`; empty where it cannot be told.
    pub action: String,
    pub protocol: Protocol,
    /// Whether the action changes anything.
    pub mutates: bool,
    /// What `x-amzn-RequestId` will say.
    pub request_id: String,
}

impl Call {
    /// Understands a request. `body` is whole unless it is an object's data (see [`action::carries_object`]).
    pub fn new(method: Method, uri: Uri, headers: HeaderMap, body: Body) -> Call {
        let who = action::identify(&method, &uri, &headers, &body);
        let mutates = action::mutates(&who.service, &who.action);
        Call {
            method,
            uri,
            headers,
            body,
            service: who.service,
            region: who.region,
            access_key: who.access_key,
            action: who.action,
            protocol: who.protocol,
            mutates,
            request_id: crate::id::request(),
        }
    }

    /// Whether this is that action of that service.
    pub fn is(&self, service: &str, action: &str) -> bool {
        self.service == service && self.action == action
    }

    /// The parameters of a query-protocol call (`Filter.1.Name` …).
    pub fn form(&self) -> Form {
        match self.body.whole() {
            b"" => Form::parse(self.uri.query().unwrap_or_default().as_bytes()),
            body => Form::parse(body),
        }
    }

    /// The JSON body; an empty object where there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body.whole()).unwrap_or_else(|_| Value::Object(Default::default()))
    }

    /// The XML body, if it is one.
    pub fn xml(&self) -> Option<Element> {
        Element::parse(self.body.whole())
    }

    /// The path's segments, decoded: `/2020-05-31/distribution/E1/config` → `["2020-05-31", "distribution", "E1", "config"]`.
    pub fn path(&self) -> Vec<String> {
        self.uri.path().split('/').filter(|part| !part.is_empty()).map(decode).collect()
    }

    /// One parameter of the URL's query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        Form::parse(self.uri.query()?.as_bytes()).get(name).map(str::to_owned)
    }

    /// A parameter of the URL's query that may be repeated.
    pub fn parameters(&self, name: &str) -> Vec<String> {
        let query = Form::parse(self.uri.query().unwrap_or_default().as_bytes());
        query.pairs().filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).collect()
    }

    /// A query-protocol call in this call's region, to ask the layers below.
    pub fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> Call {
        let version = action::version(service);
        let mut form = Form::default();
        form.set("Action", action);
        form.set("Version", version);
        for (name, value) in parameters {
            form.set(name, value);
        }
        self.beside(
            service,
            Method::POST,
            "/",
            "application/x-www-form-urlencoded; charset=utf-8",
            form.encode().into(),
            None,
        )
    }

    /// A JSON call with a target (`AWSWAF_20190729.GetWebACL`) in this call's region.
    pub fn target(&self, service: &str, target: &str, body: &Value) -> Call {
        self.beside(service, Method::POST, "/", "application/x-amz-json-1.1", body.to_string().into(), Some(target))
    }

    /// A REST call in this call's region. Without a body it says nothing of its type, as the SDKs do: moto looks for a
    /// JSON call's action elsewhere.
    pub fn rest(&self, service: &str, method: Method, path_and_query: &str, body: impl Into<Bytes>) -> Call {
        let body = body.into();
        let content_type = if body.is_empty() { "" } else { "application/json" };
        self.beside(service, method, path_and_query, content_type, body, None)
    }

    fn beside(
        &self,
        service: &str,
        method: Method,
        path: &str,
        content_type: &str,
        body: Bytes,
        target: Option<&str>,
    ) -> Call {
        let mut headers = HeaderMap::new();
        let mut set = |name, value: &str| {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        };
        if !content_type.is_empty() {
            set(header::CONTENT_TYPE, content_type);
        }
        set(header::AUTHORIZATION, &action::authorization(&self.access_key, &self.region, service));
        if let Some(host) = self.headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
            set(header::HOST, host);
        }
        if let Some(target) = target {
            set(header::HeaderName::from_static("x-amz-target"), target);
        }
        Call::new(method, path.parse().unwrap_or_default(), headers, Body::Whole(body))
    }

    /// The same call with another body (its `Content-Length` is set when it is sent).
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Call {
        self.body = Body::Whole(body.into());
        self
    }

    /// A copy, for a layer that sends a call down more than once. An object's data cannot be copied: it becomes empty.
    pub fn copy(&self) -> Call {
        Call {
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: self.headers.clone(),
            body: Body::Whole(match &self.body {
                Body::Whole(bytes) => bytes.clone(),
                Body::Stream(_) => Bytes::new(),
            }),
            service: self.service.clone(),
            region: self.region.clone(),
            access_key: self.access_key.clone(),
            action: self.action.clone(),
            protocol: self.protocol,
            mutates: self.mutates,
            request_id: self.request_id.clone(),
        }
    }
}

/// Percent-decodes one segment of a path.
pub fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
