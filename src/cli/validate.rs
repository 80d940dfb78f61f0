//! `bogosa validate`: everything that can be said about a stack file without an account.

use serde_json::json;

use super::StackArgs;
use super::error::{CommandError, Exit};
use super::session::load;
use super::ui::Ui;
use crate::lower::{Facts, lower};
use crate::resources;

pub(super) fn run(args: &StackArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let stack = load(args)?;
    let graph = lower(&stack, &Facts::anywhere(&stack.doc))?;
    graph.dependencies(&resources::kinds())?;
    let name = &stack.doc.stack;
    ui.line(format!("{}: stack {name} is valid, {} resources", args.stack.display(), graph.len()));
    ui.object(&json!({"type": "summary", "result": "ok", "stack": name, "resources": graph.len()}));
    Ok(Exit::Done)
}
