//! `bogosa list`: the stacks of an account and region, from the tags of their resources.

use serde_json::json;

use super::Global;
use super::error::{CommandError, Exit};
use super::session::Session;
use super::ui::Ui;
use crate::aws::Index;

pub(super) async fn run(global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let session = Session::connect(global, None, ui).await?;
    let stacks = Index::stacks(&session.cloud).await?;
    for (stack, resources) in &stacks {
        ui.line(format!("{stack}  {resources} tagged resources"));
        ui.object(&json!({"type": "stack", "stack": stack, "resources": resources}));
    }
    if stacks.is_empty() {
        ui.line(format!("There is no stack in {}.", session.cloud.region));
    }
    Ok(Exit::Done)
}
