//! `bogosa export`: the stack in the language of another tool.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::StackArgs;
use super::error::{CommandError, Exit};
use super::session::load;
use super::ui::Ui;
use crate::lower::{Facts, lower};
use crate::{export, resources};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[arg(value_enum)]
    to: To,
    #[command(flatten)]
    stack: StackArgs,
    /// Write it into this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    Terraform,
    Cloudformation,
}

pub(super) fn run(args: &ExportArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let stack = load(&args.stack)?;
    let (name, facts, kinds) = (&stack.doc.stack, Facts::anywhere(&stack.doc), resources::kinds());
    let graph = lower(&stack, &facts)?;
    let (export, file) = match args.to {
        To::Terraform => (export::terraform(name, &graph, &facts, &kinds), "main.tf"),
        To::Cloudformation => (export::cloudformation(name, &graph, &facts, &kinds), "template.json"),
    };
    match &args.out {
        None => ui.print(&export.text),
        Some(folder) => {
            write(folder, file, format!("{}\n", export.text).as_bytes())?;
            ui.line(format!("{} resources are in {}", graph.len(), folder.join(file).display()));
        }
    }
    export.notes.iter().for_each(|note| ui.note(note));
    Ok(Exit::Done)
}

fn write(folder: &Path, file: &str, bytes: &[u8]) -> Result<(), CommandError> {
    let file = folder.join(file);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, bytes));
    written.map_err(|error| CommandError::input(format!("cannot write {}: {error}", file.display())))
}
