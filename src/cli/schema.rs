//! `bogosa schema`.

use clap::{Args, ValueEnum};

use super::error::{CommandError, Exit};
use super::ui::Ui;

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON Schema, for editors.
    Json,
    /// A page for people.
    Markdown,
}

pub(super) fn run(args: &SchemaArgs, ui: &Ui) -> Result<Exit, CommandError> {
    match args.format {
        Format::Json => ui.print(serde_json::to_string_pretty(&crate::stack::json_schema()).unwrap_or_default()),
        Format::Markdown => ui.print(crate::stack::guide::markdown().trim_end()),
    }
    Ok(Exit::Done)
}
