//! Consent before something changes.

use super::Global;
use super::error::{CommandError, Exit};
use super::ui::Ui;

/// Asks a person. Without one, `--yes` has to be given. A sandbox needs no consent.
pub(super) fn confirm(ui: &Ui, global: &Global, yes: bool, question: &str, expected: &str) -> Result<(), CommandError> {
    if yes || global.sandbox {
        return Ok(());
    }
    if !ui.is_interactive() {
        return Err(CommandError::input("this would change the account, and there is no terminal to ask on")
            .hint("Pass --yes to go ahead, or look first with `bogosa plan`."));
    }
    if ui.ask(question, expected) {
        return Ok(());
    }
    Err(CommandError { exit: Exit::Interrupted, ..CommandError::failed("nothing was done") })
}
