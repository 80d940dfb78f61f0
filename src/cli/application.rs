//! Where the application is: on AWS under its name, in a sandbox on a port of this machine.

use std::collections::BTreeMap;

use bogosa_engine::{Address, Inventory};
use serde_json::{Value, json};

use super::session::Session;
use super::ui::Ui;
use crate::stack::schema::{Certificate, Document};

/// The outputs of what exists.
pub(super) type Outputs = BTreeMap<Address, bogosa_engine::Outputs>;

pub(super) fn outputs(inventory: &Inventory) -> Outputs {
    inventory.iter().map(|live| (live.address.clone(), live.outputs.clone())).collect()
}

/// Prints its address, if it has one.
pub(super) async fn tell(ui: &Ui, session: &Session, stack: Option<&Document>, outputs: &Outputs) {
    let Some(balancer) = outputs.iter().find(|(address, _)| address.kind() == "elb.load_balancer") else { return };
    let url = match session.sandbox {
        Some(port) => here(port, balancer.1.get("arn")).await,
        None => on_aws(stack, balancer.1.get("dns_name")),
    };
    if let Some(url) = url {
        ui.line(format!("{:>11}: {url}", "application"));
        ui.object(&json!({"type": "application", "url": url}));
    }
}

fn on_aws(stack: Option<&Document>, dns_name: Option<&String>) -> Option<String> {
    let named = stack.and_then(|stack| {
        let host = stack.web.as_ref()?.hosts.first()?;
        let scheme = if stack.web_certificate() == Certificate::None { "http" } else { "https" };
        Some(format!("{scheme}://{host}"))
    });
    named.or_else(|| Some(format!("http://{}", dns_name?)))
}

/// The sandbox runs a load balancer of its own for each of AWS's.
async fn here(port: u16, arn: Option<&String>) -> Option<String> {
    let asked = tokio::task::spawn_blocking(move || bogosa_sandbox::daemon::applications(port)).await;
    let applications = asked.ok()?.ok()?;
    let ours = |application: &&Value| application["load_balancer_arn"].as_str() == arn.map(String::as_str);
    applications.iter().find(ours)?["url"].as_str().map(str::to_owned)
}
