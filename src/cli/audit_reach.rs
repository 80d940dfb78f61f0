//! `bogosa audit reach`: one question about who reaches whom.

use bogosa_reach::{Analysis, Answer, Endpoint, ModelError, Path, Ports, Query, Traffic, Verdict, chain};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::Global;
use super::audit::Of;
use super::error::{CommandError, Exit};
use super::ui::{Style, Ui};
use crate::audit::network;

#[derive(Debug, Args)]
pub(super) struct ReachArgs {
    #[command(flatten)]
    of: Of,
    /// `internet`, a network such as 203.0.113.0/24, or a node: lb, was, db, cache.
    #[arg(long, value_name = "END")]
    from: String,
    /// The same.
    #[arg(long, value_name = "END")]
    to: String,
    /// All ports, where it is not said.
    #[arg(long)]
    port: Option<u16>,
    #[arg(long, value_enum, default_value_t = Protocol::Tcp, requires = "port")]
    protocol: Protocol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocol {
    Tcp,
    Udp,
}

pub(super) async fn run(args: &ReachArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let looked = args.of.look(global, ui).await?;
    let network = network::network(&looked.subject());
    let analysis = Analysis::new(&network).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        CommandError::failed(format!("the network does not fit together:\n  {}", lines.join("\n  ")))
    })?;
    let nodes: Vec<&str> = network.nodes.iter().map(|node| node.id.as_str()).collect();
    let end = |text: &str| -> Result<Endpoint, CommandError> {
        match text {
            "internet" => Ok(Endpoint::Internet),
            id if nodes.contains(&id) => Ok(Endpoint::Node(id.to_owned())),
            text => text.parse().map(Endpoint::Outside).map_err(|_| {
                CommandError::input(format!("there is no {text} in this stack"))
                    .hint(format!("There are: internet, {}, and networks of the internet.", nodes.join(", ")))
            }),
        }
    };
    let traffic = match (args.port, args.protocol) {
        (None, _) => Traffic::All,
        (Some(port), Protocol::Tcp) => Traffic::Tcp(Ports::one(port)),
        (Some(port), Protocol::Udp) => Traffic::Udp(Ports::one(port)),
    };
    let (from, to) = (end(&args.from)?, end(&args.to)?);
    let query = Query::new(from.clone(), to.clone()).traffic(traffic);
    let answer = analysis.answer(&query).map_err(|error: ModelError| CommandError::failed(error.to_string()))?;
    let detour = match answer.verdict {
        Verdict::Reachable => None,
        _ => {
            chain(&analysis.pairs(), &from, &to).map(|chain| chain.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
    };
    show(ui, &answer, &format!("{from} → {to}, {traffic}"), detour.as_deref());
    ui.object(&json!({
        "type": "reach", "from": from, "to": to, "traffic": traffic, "answer": answer, "through": detour,
    }));
    Ok(Exit::Done)
}

fn show(ui: &Ui, answer: &Answer, question: &str, detour: Option<&[String]>) {
    let verdict = match answer.verdict {
        Verdict::Reachable => "reachable",
        Verdict::OneWay => "packets arrive, answers do not return",
        Verdict::Unknown => "not known",
        Verdict::Blocked => "blocked",
    };
    ui.line(ui.paint(Style::Strong, format!("{question}: {verdict}")));
    answer.flows.iter().for_each(|flow| ui.line(format!("  {flow}")));
    answer.unknown.iter().for_each(|doubt| ui.line(format!("  {doubt}")));
    for Path { packet, hops } in &answer.paths {
        ui.line(format!("\nFor example {packet}:"));
        for hop in hops {
            ui.line(format!("  {} {}: {}", if hop.back { "←" } else { "→" }, hop.at, hop.admitted_by));
        }
    }
    if !answer.blockers.is_empty() && answer.verdict != Verdict::Reachable {
        let together = answer.blockers.iter().any(|blocker| blocker.together);
        ui.line(if together { "\nBlocked together by:" } else { "\nBlocked by each of:" });
        for blocker in &answer.blockers {
            ui.line(format!("  {} {}: {}", if blocker.back { "←" } else { "→" }, blocker.at, blocker.why));
        }
    }
    if let Some(chain) = detour {
        ui.line(format!("\nStep by step, by whoever has taken over each: {}", chain.join(" → ")));
    }
}
