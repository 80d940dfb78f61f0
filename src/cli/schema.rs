//! `bogosa schema`.

use super::error::{CommandError, Exit};
use super::ui::Ui;

pub(super) fn run(ui: &Ui) -> Result<Exit, CommandError> {
    let schema = crate::stack::json_schema();
    ui.print(serde_json::to_string_pretty(&schema).unwrap_or_default());
    Ok(Exit::Done)
}
