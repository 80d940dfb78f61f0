//! `bogosa doctor`: whether bogosa can work here, and what to do where it cannot.

use bogosa_engine::{Failure, Graph};
use clap::Args;
use serde_json::json;

use super::Global;
use super::error::{CommandError, Exit};
use super::session::Session;
use super::ui::{Style, Ui};
use crate::aws::home;
use crate::aws::permissions::{self, Purpose};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print an IAM policy with all permissions that are needed, and do nothing else.
    #[arg(long, value_enum, value_name = "PURPOSE")]
    policy: Option<Purpose>,
}

/// No stack has this name.
const NOBODY: &str = "bogosa-doctor";

/// AWS refuses requests whose time is more than five minutes off.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
const CLOCK_MS: u64 = 5 * 60 * 1000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fine,
    /// It works, and should be mended all the same.
    Careful,
    Bad,
}

struct Finding {
    state: State,
    what: &'static str,
    text: String,
    hint: Option<String>,
}

impl Finding {
    fn new(state: State, what: &'static str, text: impl Into<String>) -> Self {
        Self { state, what, text: text.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    fn failed(what: &'static str, failure: Failure) -> Self {
        let finding = Self::new(State::Bad, what, failure.to_string());
        Self { hint: failure.hint, ..finding }
    }
}

pub(super) async fn run(args: &DoctorArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    if let Some(purpose) = args.policy {
        let policy = permissions::policy(purpose);
        ui.print(serde_json::to_string_pretty(&policy).unwrap_or_default());
        return Ok(Exit::Done);
    }
    // Region, endpoint and credentials: without them nothing else can be asked, and the error says what to do.
    let session = Session::connect(global, None, ui).await?;
    let endpoint = match (global.sandbox, &global.endpoint_url) {
        (true, _) => "the sandbox on this machine".to_owned(),
        (false, Some(url)) => url.clone(),
        (false, None) => "AWS's own".to_owned(),
    };
    let mut findings = vec![
        Finding::new(State::Fine, "region", &session.cloud.region),
        Finding::new(State::Fine, "endpoint", endpoint),
        credentials(&session),
        clock(session.cloud.clock_ahead_ms()),
    ];
    findings.push(home_bucket(&session).await);
    findings.push(reading(&session).await);
    for Finding { state, what, text, hint } in &findings {
        let (mark, word) = match state {
            State::Fine => (ui.paint(Style::Added, "✓"), "ok"),
            State::Careful => (ui.paint(Style::Changed, "!"), "careful"),
            State::Bad => (ui.paint(Style::Removed, "✗"), "bad"),
        };
        ui.line(format!("{mark} {what}: {text}"));
        hint.iter().for_each(|hint| ui.line(format!("    {hint}")));
        ui.object(&json!({"type": "finding", "what": what, "state": word, "text": text, "hint": hint}));
    }
    ui.line("Writing is not tried. `bogosa doctor --policy deploy` prints the permissions that `up` needs.");
    let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
    ui.object(&json!({
        "type": "summary", "result": if bad == 0 { "ok" } else { "failed" }, "bad": bad,
        "api_calls": session.cloud.calls(),
    }));
    Ok(if bad == 0 { Exit::Done } else { Exit::Failed })
}

fn credentials(session: &Session) -> Finding {
    let cloud = &session.cloud;
    let text = format!("{}, account {}", cloud.caller, cloud.account);
    if cloud.caller.ends_with(":root") {
        let hint = "Nothing holds the root user back, and nobody can tell who it was. Make a role, and give it what \
                    `bogosa doctor --policy deploy` prints.";
        return Finding::new(State::Careful, "credentials", text + ", the root user").hint(hint);
    }
    Finding::new(State::Fine, "credentials", text)
}

fn clock(ahead_ms: i64) -> Finding {
    let seconds = ahead_ms.unsigned_abs() / 1000;
    let (state, text) = match ahead_ms {
        0 => (State::Fine, "right".to_owned()),
        1.. => (State::Careful, format!("{seconds} s behind AWS's")),
        _ => (State::Careful, format!("{seconds} s ahead of AWS's")),
    };
    let state = if ahead_ms.unsigned_abs() > CLOCK_MS { State::Bad } else { state };
    let finding = Finding::new(state, "clock", text);
    if state == State::Fine {
        return finding;
    }
    finding.hint("Set it by the network (`timedatectl set-ntp true`). AWS refuses requests that are five minutes off.")
}

async fn home_bucket(session: &Session) -> Finding {
    const WHAT: &str = "home bucket";
    let name = home::bucket(&session.cloud.account, &session.cloud.region);
    match home::exists(&session.cloud).await {
        Ok(true) => Finding::new(State::Fine, WHAT, name),
        Ok(false) => Finding::new(State::Fine, WHAT, format!("{name} is not there; the first `up` makes it")),
        Err(failure) => {
            let finding = Finding::failed(WHAT, failure);
            let hint = format!(
                "{name} holds leases and records. It has to belong to account {}, and s3:ListBucket to be allowed.",
                session.cloud.account
            );
            finding.hint(hint)
        }
    }
}

/// Reads what a plan reads, of a stack that does not exist: every service is asked, and none answers much.
async fn reading(session: &Session) -> Finding {
    const WHAT: &str = "reading";
    let before = session.cloud.calls();
    match session.look(NOBODY, &Graph::default()).await {
        Ok(_) => Finding::new(State::Fine, WHAT, format!("allowed, in {} calls", session.cloud.calls() - before)),
        Err(error) => {
            let finding = Finding::new(State::Bad, WHAT, CommandError::from(error).message);
            finding.hint("`bogosa doctor --policy audit` prints the permissions that reading needs.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_right_wrong_or_too_wrong() {
        assert!(clock(0).state == State::Fine && clock(0).hint.is_none());
        let slow = clock(20_000);
        assert!(slow.state == State::Careful && slow.text == "20 s behind AWS's" && slow.hint.is_some());
        assert!(clock(-400_000).state == State::Bad);
    }
}
