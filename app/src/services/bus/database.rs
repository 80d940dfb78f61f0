//! The bus through a table that every instance polls: it needs nothing but the database.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use tokio_util::sync::CancellationToken;

use super::{Bus, Listener, Topics};
use crate::db::now;
use crate::entities::bus_messages;

const POLL: Duration = Duration::from_millis(100);
const BATCH: u64 = 500;
/// Long enough for every poller, short enough to keep the table small.
const KEEP_SECONDS: i64 = 300;

#[derive(Debug)]
pub struct DatabaseBus {
    db: DatabaseConnection,
    topics: Arc<Topics>,
}

impl DatabaseBus {
    /// Polls until `stop`. The table may not be there yet: `migrate` starts with an empty database.
    pub async fn start(db: DatabaseConnection, stop: CancellationToken) -> anyhow::Result<Self> {
        let topics = Arc::new(Topics::default());
        let last = newest(&db).await.ok();
        tokio::spawn(poll(db.clone(), topics.clone(), last, stop));
        Ok(Self { db, topics })
    }
}

#[async_trait::async_trait]
impl Bus for DatabaseBus {
    async fn publish(&self, topic: &str, payload: Bytes) -> anyhow::Result<()> {
        let row = bus_messages::ActiveModel {
            topic: Set(topic.to_owned()),
            payload: Set(String::from_utf8(payload.to_vec())?),
            created_at: Set(now()),
            ..Default::default()
        };
        row.insert(&self.db).await?;
        Ok(())
    }

    fn subscribe(&self, topic: &str) -> Listener {
        self.topics.listener(topic)
    }
}

async fn newest(db: &DatabaseConnection) -> anyhow::Result<i64> {
    let row = bus_messages::Entity::find().order_by_desc(bus_messages::Column::Id).one(db).await?;
    Ok(row.map_or(0, |row| row.id))
}

/// Ids are given before rows are committed, so a smaller one may appear after a larger: a gap is waited for
/// (its transaction may yet commit), but not for longer than this many polls (it may have been rolled back).
const GAP_POLLS: u32 = 20;

async fn poll(db: DatabaseConnection, topics: Arc<Topics>, mut last: Option<i64>, stop: CancellationToken) {
    let mut waited = 0;
    let mut ticks: u32 = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(600) {
            tidy(&db).await;
        }
        let Some(known) = last else {
            last = newest(&db).await.ok();
            continue;
        };
        let rows = bus_messages::Entity::find()
            .filter(bus_messages::Column::Id.gt(known))
            .order_by_asc(bus_messages::Column::Id)
            .limit(BATCH)
            .all(&db)
            .await;
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "the bus cannot read; trying again");
                continue;
            }
        };
        let mut next = known + 1;
        for row in rows {
            if row.id != next && waited < GAP_POLLS {
                waited += 1;
                break;
            }
            waited = 0;
            next = row.id + 1;
            last = Some(row.id);
            topics.deliver(&row.topic, row.payload.into());
        }
    }
}

async fn tidy(db: &DatabaseConnection) {
    let old = now() - chrono::Duration::seconds(KEEP_SECONDS);
    let deleted = bus_messages::Entity::delete_many().filter(bus_messages::Column::CreatedAt.lt(old)).exec(db).await;
    if let Err(error) = deleted {
        tracing::warn!(%error, "the bus cannot tidy up");
    }
}
