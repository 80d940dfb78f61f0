//! What happens without a visitor: every instance runs every task now and then, so tasks are safe to run twice.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::app::{App, AppState};
use crate::web::{limits, sessions};
use crate::{ads, chat, live, media, members, social};

pub mod queue;
mod retention;

struct Task {
    name: &'static str,
    every: Duration,
    run: fn(&App) -> BoxFuture<'_, anyhow::Result<u64>>,
}

const MOMENT: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// One line each; the number is how many rows it dealt with.
const TASKS: &[Task] = &[
    Task {
        name: "expired sessions",
        every: HOUR,
        run: |app| Box::pin(async { Ok(sessions::delete_expired(&app.db).await?) }),
    },
    Task {
        name: "expired tokens",
        every: HOUR,
        run: |app| Box::pin(async { Ok(members::tokens::delete_expired(&app.db).await?) }),
    },
    Task {
        name: "expired log-ins with other platforms",
        every: HOUR,
        run: |app| Box::pin(async { Ok(members::social_login::flow::delete_expired(&app.db).await?) }),
    },
    Task {
        name: "old rate limits",
        every: MINUTE,
        run: |app| Box::pin(async { Ok(limits::delete_expired(&app.db).await?) }),
    },
    Task { name: "started broadcasts", every: MOMENT, run: |app| Box::pin(social::live_notices::look(app)) },
    Task { name: "queue", every: MOMENT, run: |app| Box::pin(queue::run_due(app)) },
    Task { name: "old jobs", every: HOUR, run: |app| Box::pin(async { Ok(queue::delete_old(&app.db).await?) }) },
    Task { name: "kept long enough", every: HOUR, run: |app| Box::pin(retention::delete_old(app)) },
    Task { name: "abandoned uploads", every: HOUR, run: |app| Box::pin(media::uploads::delete_abandoned(app)) },
    Task { name: "counted adverts", every: MINUTE, run: |app| Box::pin(ads::show::write_counts(app)) },
    Task {
        name: "old notifications",
        every: HOUR,
        run: |app| Box::pin(async { Ok(social::notifications::delete_old(&app.db).await?) }),
    },
    Task {
        name: "viewers",
        every: MOMENT,
        // Not worth a line in the log each time.
        run: |app| Box::pin(async { live::viewers::poll(app).await.map(|_| 0) }),
    },
    Task { name: "abandoned broadcasts", every: MINUTE, run: |app| Box::pin(live::viewers::end_abandoned(app)) },
    Task {
        name: "deleted chat messages",
        every: HOUR,
        run: |app| Box::pin(async { Ok(chat::moderation::erase_deleted(app).await?) }),
    },
];

/// Runs until the shop stops.
pub fn start(app: &AppState) {
    for task in TASKS {
        let app = app.clone();
        tokio::spawn(async move {
            loop {
                match (task.run)(&app).await {
                    Ok(0) => {}
                    Ok(rows) => tracing::info!(task = task.name, rows, "done"),
                    Err(error) => tracing::error!(task = task.name, error = format!("{error:#}"), "failed"),
                }
                tokio::select! {
                    () = app.stop.cancelled() => return,
                    () = tokio::time::sleep(task.every) => {}
                }
            }
        });
    }
}
