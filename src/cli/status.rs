//! `bogosa status`: what exists, with ids, states and endpoints.

use std::collections::BTreeMap;

use bogosa_engine::{Address, Live, Outputs, Status};
use clap::Args;
use serde_json::json;

use super::error::{CommandError, Exit};
use super::session::Opened;
use super::ui::{Style, Ui};
use super::{FileOrName, Global, application};

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    stack: FileOrName,
}

pub(super) async fn run(args: &StatusArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let Opened { session, name, graph, document } = args.stack.open(global, ui).await?;
    let inventory = session.look(&name, &graph).await?;
    let record = session.record(&name).await?;
    let widths = inventory.iter().map(|live| (live.address.to_string().len(), live.id.len()));
    let (widest, widest_id) = widths.fold((0, 0), |(a, b), (c, d)| (a.max(c), b.max(d.min(60))));
    for live in inventory.iter() {
        let Live { address, id, status, outputs, tags, .. } = live;
        let state = match status {
            Status::Ready => "ready".to_owned(),
            Status::Pending(state) | Status::Deleting(state) | Status::Failed(state) => state.clone(),
        };
        let painted = if *status == Status::Ready { state.clone() } else { ui.paint(Style::Changed, &state) };
        ui.line(format!("{:widest$}  {id:widest_id$}  {painted}", address.to_string()));
        ui.object(&json!({"type": "resource", "address": address, "id": id, "state": state, "outputs": outputs, "tags": tags}));
    }
    match inventory.is_empty() {
        true => ui.line(format!("There is nothing of stack {name} in {}.", session.cloud.region)),
        false => {
            let run = record.map(|kept| format!(", last changed by run {}", kept.record.run)).unwrap_or_default();
            ui.line(format!("\n{} resources of stack {name}{run}", inventory.len()));
        }
    }
    let outputs = application::outputs(&inventory);
    endpoints(ui, &outputs);
    application::tell(ui, &session, document.as_ref(), &outputs).await;
    ui.object(&json!({
        "type": "summary", "result": "ok", "stack": name, "resources": inventory.len(),
        "api_calls": session.cloud.calls(), "duration_ms": session.elapsed_ms(),
    }));
    Ok(Exit::Done)
}

/// Where the platform can be reached.
pub(super) fn endpoints(ui: &Ui, outputs: &BTreeMap<Address, Outputs>) {
    let shown = [
        ("elb.load_balancer", "dns_name", "web"),
        ("cloudfront.distribution", "domain", "video"),
        ("rds.instance", "endpoint", "database"),
    ];
    for (address, outputs) in outputs {
        let found = shown.iter().find(|(kind, ..)| *kind == address.kind());
        if let Some((_, output, title)) = found
            && let Some(value) = outputs.get(*output)
        {
            ui.line(format!("{title:>10}: {value}"));
        }
    }
}
