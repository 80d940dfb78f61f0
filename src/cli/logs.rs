//! `bogosa logs`: what the application writes, of all instances together.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use bogosa_engine::Result as Answer;
use clap::Args;
use serde_json::json;

use super::error::{CommandError, Exit};
use super::hold::time;
use super::session::Opened;
use super::ui::{Style, Ui};
use super::{FileOrName, Global};
use crate::aws::{Cloud, Said};
use crate::lower::web::APP_LOG;
use crate::resources::logs::log_group;

#[derive(Debug, Args)]
pub(super) struct LogsArgs {
    #[command(flatten)]
    stack: FileOrName,
    /// How far back, such as `90s`, `10m` or `2h`.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    since: Duration,
    /// Only of an instance, or whatever else its log stream begins with.
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Only lines with this, in CloudWatch's filter syntax.
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,
    /// Go on as more is written, until Ctrl-C.
    #[arg(short, long)]
    follow: bool,
}

/// How often more is asked for.
const PAUSE: Duration = Duration::from_secs(2);
/// An event may be found so much later than it says it happened.
const LATE_MS: i64 = 10_000;

pub(super) async fn run(args: &LogsArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let Opened { session, name, .. } = args.stack.open(global, ui).await?;
    let group = log_group::Spec::new(&name, APP_LOG, 1).name;
    let since = i64::try_from(args.since.as_millis()).unwrap_or(i64::MAX);
    let mut from = session.cloud.now_ms().saturating_sub(since);
    // What has been shown and will be found again.
    let mut shown = BTreeSet::new();
    loop {
        let found = events(&session.cloud, &group, from, args).await?;
        let fresh: Vec<&FilteredLogEvent> =
            found.iter().filter(|event| !shown.contains(event.event_id().unwrap_or_default())).collect();
        fresh.iter().for_each(|event| show(ui, event));
        if !args.follow {
            if found.is_empty() {
                ui.note(format!("Nothing in {group} in the last {} s.", args.since.as_secs()));
            }
            return Ok(Exit::Done);
        }
        let latest = found.iter().filter_map(FilteredLogEvent::timestamp).max().unwrap_or(from);
        from = from.max(latest - LATE_MS);
        shown = found.iter().filter_map(|event| event.event_id().map(str::to_owned)).collect();
        tokio::time::sleep(PAUSE).await;
    }
}

/// All since then, in their order.
async fn events(cloud: &Cloud, group: &str, from: i64, args: &LogsArgs) -> Result<Vec<FilteredLogEvent>, CommandError> {
    let call = cloud.logs().filter_log_events().log_group_name(group).start_time(from);
    let call = call.set_log_stream_name_prefix(args.instance.clone()).set_filter_pattern(args.filter.clone());
    let pages: Answer<Vec<_>> =
        call.into_paginator().send().collect::<Result<Vec<_>, _>>().await.said("logs FilterLogEvents");
    match pages {
        Ok(pages) => {
            let mut all: Vec<_> = pages.into_iter().flat_map(|page| page.events.unwrap_or_default()).collect();
            all.sort_by_key(FilteredLogEvent::timestamp);
            Ok(all)
        }
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => {
            Err(CommandError::failed(format!("there is no log group {group}"))
                .hint("A stack with the section `web` has one, once `bogosa up` has made it."))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn show(ui: &Ui, event: &FilteredLogEvent) {
    let (stream, message) = (event.log_stream_name().unwrap_or_default(), event.message().unwrap_or_default());
    ui.line(format!("{} {}", ui.paint(Style::Faint, stream), message.trim_end()));
    ui.object(&json!({"type": "log", "at_ms": event.timestamp(), "stream": stream, "message": message}));
}
