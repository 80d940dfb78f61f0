//! EC2's client tokens: the same token and parameters get the first answer again, other parameters are refused.
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>. The answer is the original one even where
//! what it made is gone by now, as in AWS: who wants a new one takes a new token.

use crate::{
    body::Body,
    call::Call,
    form::Form,
    layer::{Answer, Layer, Next},
    reply::Reply,
    store::Store,
};
use bytes::Bytes;
use hyper::{HeaderMap, StatusCode};
use std::collections::BTreeSet;

/// By region and "action token".
#[derive(Debug, Default)]
pub struct Idempotency(Store<Done>);

#[derive(Clone, Debug)]
struct Done {
    parameters: BTreeSet<(String, String)>,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Layer for Idempotency {
    fn services(&self) -> &[&str] {
        &["ec2"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        if !call.mutates {
            return next.run(call);
        }
        Box::pin(async move {
            let form = call.form();
            let Some(token) = form.get("ClientToken").filter(|token| !token.is_empty()) else {
                return next.run(call).await;
            };
            let (region, key) = (call.region.clone(), format!("{} {token}", call.action));
            let parameters = parameters(&form);
            match self.0.get(&region, &key) {
                Some(done) if done.parameters != parameters => {
                    let message = "Request uses the same client token as a previous, but non-identical request.";
                    Reply::error(&call, 400, "IdempotentParameterMismatch", message)
                }
                Some(Done { status, headers, body, .. }) => {
                    Reply { status, headers, body: Body::Whole(body), ..Reply::default() }
                }
                None => {
                    let reply = next.ask(call).await;
                    if let (true, Body::Whole(body)) = (reply.ok(), &reply.body) {
                        let (status, headers) = (reply.status, reply.headers.clone());
                        self.0.insert(&region, &key, Done { parameters, status, headers, body: body.clone() });
                    }
                    reply
                }
            }
        })
    }

    fn reset(&self) {
        self.0.clear();
    }
}

/// All that makes a request what it is; the order of parameters does not.
fn parameters(form: &Form) -> BTreeSet<(String, String)> {
    form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
