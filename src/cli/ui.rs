//! The only place that prints.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use bogosa_engine::{Action, Address, Event};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use super::error::CommandError;
use super::{Global, Output};

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Added,
    Changed,
    Removed,
    Faint,
    Strong,
}

#[derive(Clone, Debug)]
pub(crate) struct Ui {
    json: bool,
    colour: bool,
    bars: bool,
    pub(crate) verbose: bool,
}

impl Ui {
    pub(crate) fn new(global: &Global) -> Self {
        let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let json = global.output == Output::Json;
        Self {
            json,
            colour: terminal && !json && !dumb && std::env::var_os("NO_COLOR").is_none(),
            bars: terminal && !json && !dumb && !global.no_progress,
            verbose: global.verbose,
        }
    }

    /// Whether somebody can answer questions.
    pub(crate) fn is_interactive(&self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    pub(crate) fn paint(&self, style: Style, text: impl Display) -> String {
        let code = match style {
            Style::Added => "32",
            Style::Changed => "33",
            Style::Removed => "31",
            Style::Faint => "2",
            Style::Strong => "1",
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// A line for people; nothing with `--output json`.
    pub(crate) fn line(&self, text: impl Display) {
        if !self.json {
            self.print(text);
        }
    }

    /// A line of JSON; nothing for people.
    pub(crate) fn object(&self, object: &impl Serialize) {
        if self.json {
            self.print(serde_json::to_string(object).unwrap_or_default());
        }
    }

    /// What the command is asked to produce, whatever `--output` says.
    pub(crate) fn print(&self, text: impl Display) {
        // A reader that has gone away, as in `bogosa plan | head`, is no error of ours.
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    pub(crate) fn raw(&self, write: impl FnOnce(&mut dyn Write)) {
        write(&mut std::io::stdout());
    }

    /// Something beside the result: what is being prepared, what to know.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.json {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    pub(crate) fn error(&self, error: &CommandError) {
        let CommandError { exit, message, hints, rendered } = error;
        if self.json {
            let object = json!({"type": "error", "code": *exit as u8, "message": message, "hints": hints});
            self.print(object);
            return;
        }
        let mut text = match rendered {
            true => message.trim_end().to_owned(),
            false => format!("{} {message}", self.paint(Style::Removed, "error:")),
        };
        for hint in hints {
            text.push_str(&format!("\n{} {hint}", self.paint(Style::Strong, "hint:")));
        }
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Asks; the answer is whether it was exactly `expected`.
    pub(crate) fn ask(&self, question: &str, expected: &str) -> bool {
        let _ = write!(std::io::stderr(), "{question} ");
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).is_ok() && answer.trim() == expected
    }

    /// Follows a run.
    pub(crate) fn progress(&self) -> Progress {
        let bars = self.bars.then(|| {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(12));
            let total = all.add(ProgressBar::new(0));
            total.set_style(
                ProgressStyle::with_template("{elapsed:>5} {bar:30} {pos}/{len}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            total.enable_steady_tick(Duration::from_millis(250));
            Bars { all, total, running: Mutex::default() }
        });
        Progress { json: self.json, ui: self.clone(), bars }
    }
}

/// Shows the events of a run: bars on a terminal, lines elsewhere, objects as JSON.
#[derive(Debug)]
pub(crate) struct Progress {
    json: bool,
    ui: Ui,
    bars: Option<Bars>,
}

#[derive(Debug)]
struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    running: Mutex<BTreeMap<Address, ProgressBar>>,
}

impl Progress {
    pub(crate) fn see(&self, event: &Event) {
        if self.json {
            let _ = writeln!(std::io::stdout(), "{}", serde_json::to_string(event).unwrap_or_default());
            return;
        }
        match (&self.bars, event) {
            (Some(bars), Event::Planned { steps }) => bars.total.set_length(*steps as u64),
            (Some(bars), Event::Started { address, action }) => bars.start(address, *action),
            (Some(bars), Event::Waiting { address, detail }) => bars.say(address, detail),
            (_, Event::Waiting { address, detail }) => self.show(&format!("  {address}: {detail}")),
            (None, Event::Planned { .. } | Event::Started { .. }) => {}
            (_, Event::Finished { address, action, id, ms }) => {
                if let Some(bars) = &self.bars {
                    bars.end(address);
                }
                let mark = mark(&self.ui, *action);
                let id = id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
                let took = self.ui.paint(Style::Faint, format!("{id} ({})", seconds(*ms)));
                self.show(&format!("{mark} {address} {}{took}", done(*action)));
            }
            (_, Event::Failed { address, failure, .. }) => {
                if let Some(bars) = &self.bars {
                    bars.end(address);
                }
                // The report at the end has all of it.
                let failure = failure.to_string();
                let line = failure.lines().next().unwrap_or_default();
                self.show(&format!("{} {address} {line}", self.ui.paint(Style::Removed, "failed:")));
            }
            (_, Event::Skipped { .. }) => {}
        }
    }

    fn show(&self, line: &str) {
        match &self.bars {
            Some(bars) => {
                let _ = bars.all.println(line);
            }
            None => {
                let _ = writeln!(std::io::stdout(), "{line}");
            }
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bars) = &self.bars {
            let _ = bars.all.clear();
        }
    }
}

impl Bars {
    fn start(&self, address: &Address, action: Action) {
        let bar = self.all.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template("{elapsed:>5} {spinner} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(format!("{} {address}", doing(action)));
        bar.enable_steady_tick(Duration::from_millis(120));
        if let Ok(mut running) = self.running.lock() {
            running.insert(address.clone(), bar);
        }
    }

    fn say(&self, address: &Address, detail: &str) {
        if let Ok(running) = self.running.lock()
            && let Some(bar) = running.get(address)
        {
            bar.set_message(format!("{address}: {detail}"));
        }
    }

    fn end(&self, address: &Address) {
        self.total.inc(1);
        if let Ok(mut running) = self.running.lock()
            && let Some(bar) = running.remove(address)
        {
            bar.finish_and_clear();
        }
    }
}

/// `0.4 s`, `3 min 5 s`.
pub(crate) fn seconds(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        10_000..120_000 => format!("{} s", ms / 1000),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// The sign before a change.
pub(crate) fn mark(ui: &Ui, action: Action) -> String {
    match action {
        Action::NoOp => " ".to_owned(),
        Action::Create => ui.paint(Style::Added, "+"),
        Action::Update => ui.paint(Style::Changed, "~"),
        Action::Replace => ui.paint(Style::Removed, "±"),
        Action::Delete => ui.paint(Style::Removed, "-"),
    }
}

fn done(action: Action) -> &'static str {
    match action {
        Action::NoOp => "unchanged",
        Action::Create => "created",
        Action::Update => "updated",
        Action::Replace => "replaced",
        Action::Delete => "deleted",
    }
}

fn doing(action: Action) -> &'static str {
    match action {
        Action::NoOp => "leaving",
        Action::Create => "creating",
        Action::Update => "updating",
        Action::Replace => "replacing",
        Action::Delete => "deleting",
    }
}
