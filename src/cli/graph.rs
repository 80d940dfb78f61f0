//! `bogosa graph`: the resources of a stack file and what each depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bogosa_engine::Address;
use clap::{Args, ValueEnum};
use layout::backends::svg::SVGWriter;
use layout::gv::{DotParser, GraphBuilder};

use super::StackArgs;
use super::error::{CommandError, Exit};
use super::session::load;
use super::ui::Ui;
use crate::lower::{Facts, lower};
use crate::resources;

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    #[command(flatten)]
    stack: StackArgs,
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Dot,
    Mermaid,
    Svg,
}

type Edges = BTreeMap<Address, BTreeSet<Address>>;

pub(super) fn run(args: &GraphArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let stack = load(&args.stack)?;
    let graph = lower(&stack, &Facts::anywhere(&stack.doc))?;
    let edges = direct(&graph.dependencies(&resources::kinds())?);
    match args.format {
        Format::Dot => ui.print(dot(&edges)),
        Format::Mermaid => ui.print(mermaid(&edges)),
        Format::Svg => ui.print(svg(&edges)?),
    }
    Ok(Exit::Done)
}

/// Without the edges that follow from others: a subnet needs the VPC, so what needs the subnet need not say so.
fn direct(all: &Edges) -> Edges {
    let mut reach: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    fn reachable<'a>(from: &'a Address, all: &'a Edges, reach: &mut BTreeMap<&'a Address, BTreeSet<&'a Address>>) {
        if reach.contains_key(from) {
            return;
        }
        let mut found = BTreeSet::new();
        for to in all.get(from).into_iter().flatten() {
            reachable(to, all, reach);
            found.insert(to);
            found.extend(reach.get(to).into_iter().flatten().copied());
        }
        reach.insert(from, found);
    }
    all.keys().for_each(|address| reachable(address, all, &mut reach));
    let implied = |to: &Address, others: &BTreeSet<Address>| {
        others.iter().any(|other| other != to && reach.get(other).is_some_and(|reach| reach.contains(to)))
    };
    all.iter().map(|(from, to)| (from.clone(), to.iter().filter(|one| !implied(one, to)).cloned().collect())).collect()
}

fn dot(edges: &Edges) -> String {
    let mut text = "digraph bogosa {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (from, to) in edges {
        let _ = writeln!(text, "  \"{from}\";");
        for to in to {
            let _ = writeln!(text, "  \"{from}\" -> \"{to}\";");
        }
    }
    text + "}"
}

fn mermaid(edges: &Edges) -> String {
    let numbers: BTreeMap<&Address, usize> =
        edges.keys().enumerate().map(|(number, address)| (address, number)).collect();
    let mut text = "flowchart LR\n".to_owned();
    for (address, number) in &numbers {
        let _ = writeln!(text, "  n{number}[\"{address}\"]");
    }
    for (from, to) in edges {
        for to in to {
            let _ = writeln!(text, "  n{} --> n{}", numbers[from], numbers[to]);
        }
    }
    text.trim_end().to_owned()
}

/// layout-rs panics where there is nothing to draw.
fn svg(edges: &Edges) -> Result<String, CommandError> {
    if edges.is_empty() {
        return Ok("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned());
    }
    let parsed = DotParser::new(&dot(edges)).process().map_err(CommandError::failed)?;
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&parsed);
    let mut picture = builder.get();
    let mut writer = SVGWriter::new();
    picture.do_it(false, false, false, &mut writer);
    Ok(writer.finalize())
}
