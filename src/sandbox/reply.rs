//! An answer on its way up the layers, and the forms that AWS's protocols give to results and errors.

use crate::{
    body::Body,
    call::{Call, Protocol},
    delivery::Delivery,
    xml::Element,
};
use bytes::Bytes;
use hyper::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

#[derive(Debug, Default)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Body,
    pub delivery: Delivery,
}

impl Reply {
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Reply {
        let reply = Reply {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: Body::Whole(body.into()),
            ..Reply::default()
        };
        reply.header("content-type", content_type)
    }

    /// The JSON result of a JSON or REST-JSON service.
    pub fn json(status: u16, body: &Value) -> Reply {
        Reply::new(status, "application/json", body.to_string())
    }

    /// The XML result of a REST-XML service.
    pub fn xml(status: u16, root: &Element) -> Reply {
        Reply::new(status, "text/xml", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}"))
    }

    /// The result of a query-protocol call: `<{Action}Response><{Action}Result>…`; EC2 has no result element.
    pub fn result(call: &Call, namespace: &str, children: Vec<Element>) -> Reply {
        let response = Element::new(&format!("{}Response", call.action)).attribute("xmlns", namespace);
        let response = if call.protocol == Protocol::Ec2 {
            let mut response = response.with(Element::leaf("requestId", &call.request_id));
            response.children.extend(children);
            response
        } else {
            let mut result = Element::new(&format!("{}Result", call.action));
            result.children = children;
            let metadata = Element::new("ResponseMetadata").with(Element::leaf("RequestId", &call.request_id));
            response.with(result).with(metadata)
        };
        Reply::xml(200, &response)
    }

    /// An empty success.
    pub fn empty(status: u16) -> Reply {
        Reply { status: StatusCode::from_u16(status).unwrap_or_default(), ..Reply::default() }
    }

    /// An error in the form that the call's protocol gives it.
    pub fn error(call: &Call, status: u16, code: &str, message: &str) -> Reply {
        let detail = |outer: &str, kind: Option<&str>| {
            let mut error = Element::new(outer);
            error.children.extend(kind.map(|kind| Element::leaf("Type", kind)));
            error.with(Element::leaf("Code", code)).with(Element::leaf("Message", message))
        };
        let sender = if status < 500 { "Sender" } else { "Receiver" };
        match call.protocol {
            Protocol::Json | Protocol::RestJson => {
                let body = json!({ "__type": code, "message": message, "Message": message });
                Reply::json(status, &body).header("x-amzn-errortype", code)
            }
            Protocol::Cbor => Reply::new(status, "application/cbor", cbor_error(code, message))
                .header("smithy-protocol", "rpc-v2-cbor"),
            Protocol::Ec2 => {
                let errors = Element::new("Errors").with(detail("Error", None));
                Reply::xml(
                    status,
                    &Element::new("Response").with(errors).with(Element::leaf("RequestID", &call.request_id)),
                )
            }
            Protocol::S3 => {
                Reply::xml(status, &detail("Error", None).with(Element::leaf("RequestId", &call.request_id)))
            }
            Protocol::Query | Protocol::RestXml => {
                let response = Element::new("ErrorResponse").with(detail("Error", Some(sender)));
                Reply::xml(status, &response.with(Element::leaf("RequestId", &call.request_id)))
            }
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Reply {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same answer with another fate.
    pub(crate) fn delivered(self, delivery: Delivery) -> Reply {
        Reply { delivery, ..self }
    }

    pub fn ok(&self) -> bool {
        self.status.is_success()
    }

    /// Reads the body to its end, so that [`Reply::as_json`] and [`Reply::as_xml`] can see it.
    pub async fn read(mut self) -> Reply {
        if let Body::Stream(_) = self.body {
            match std::mem::take(&mut self.body).collect().await {
                Ok(bytes) => self.body = Body::Whole(bytes),
                Err(error) => return Reply::new(502, "text/plain", format!("moto's answer broke off: {error}")),
            }
        }
        self
    }

    pub fn as_json(&self) -> Value {
        serde_json::from_slice(self.body.whole()).unwrap_or(Value::Null)
    }

    pub fn as_xml(&self) -> Option<Element> {
        Element::parse(self.body.whole())
    }

    /// The same answer with another body; status and headers stay.
    pub fn with_json(mut self, body: &Value) -> Reply {
        self.body = Body::Whole(body.to_string().into());
        self
    }

    pub fn with_xml(mut self, root: &Element) -> Reply {
        self.body = Body::Whole(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}").into());
        self
    }

    /// The code of an error answer, whatever the protocol.
    pub fn error_code(&self) -> Option<String> {
        if self.ok() {
            return None;
        }
        if let Some(root) = self.as_xml() {
            return root.all("Code").first().map(|code| code.text.clone());
        }
        let body = self.as_json();
        let code = body["__type"].as_str().or_else(|| self.headers.get("x-amzn-errortype")?.to_str().ok())?;
        Some(code.rsplit('#').next().unwrap_or(code).to_owned())
    }
}

/// `{"__type": code, "message": message}` in CBOR: a map of two pairs of text strings.
fn cbor_error(code: &str, message: &str) -> Vec<u8> {
    let mut out = vec![0xa2];
    for text in ["__type", code, "message", message] {
        out.push(0x79); // a text string with a length of two bytes
        out.extend_from_slice(&(text.len().min(0xffff) as u16).to_be_bytes());
        out.extend_from_slice(&text.as_bytes()[..text.len().min(0xffff)]);
    }
    out
}
