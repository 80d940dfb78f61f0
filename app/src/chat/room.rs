//! A broadcast's chat on this instance: one task takes what all instances write, puts it in order and hands it to the
//! connections in batches that are made into text once; another writes what this instance's viewers post.
//!
//! The bus only makes it fast. What arrives is held against the log's numbers: a repetition is dropped, a gap is read
//! from the log, and a message that nobody told of is found by looking every few seconds.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait, QueryFilter};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::event::{Event, Feed, Tell};
use super::post::{self, Post, Posted, Refusal};
use super::{Rooms, log};
use crate::entities::broadcasts;
use crate::live::goods;
use crate::services::bus::{Bus, Heard, Listener};

/// Frames are sent this often at most; a busy chat is sent in batches, a quiet one at once.
const FLUSH: Duration = Duration::from_millis(50);
/// How long a message can stay unseen that the bus has lost; also how old stock and hearts may be.
const LOOK: Duration = Duration::from_secs(3);
/// Kept in memory for connections that come back or fall behind.
const RECENT: usize = 1000;
/// Batches that a connection may lag behind before it reads on from the log.
const QUEUE: usize = 128;
/// Posts that wait to be written. More are refused.
const POSTS: usize = 512;
/// Posts in one transaction.
const TOGETHER: usize = 64;
/// Events in one frame, when somebody catches up.
pub(super) const PAGE: u64 = 500;

/// Some events in a row, as the text of one frame.
#[derive(Debug)]
pub struct Batch {
    pub first: i64,
    pub last: i64,
    pub text: Utf8Bytes,
}

#[derive(Clone, Debug)]
pub enum Out {
    Batch(Arc<Batch>),
    /// What has no number.
    Note(Utf8Bytes),
    /// Look whether anything is missing.
    Sync(i64),
    Kick(i64),
}

#[derive(Debug)]
pub struct Room {
    pub broadcast_id: i64,
    db: DatabaseConnection,
    bus: Arc<dyn Bus>,
    out: broadcast::Sender<Out>,
    feeds: mpsc::UnboundedSender<Feed>,
    posts: mpsc::Sender<Post>,
    recent: Mutex<Recent>,
    hearts: AtomicI64,
    /// Cancelled once nobody is there.
    closed: CancellationToken,
}

/// The last events as JSON, without a gap; `last` is the newest number known, also while the list is empty.
#[derive(Debug, Default)]
struct Recent {
    last: Option<i64>,
    events: VecDeque<(i64, String)>,
}

impl Recent {
    fn push(&mut self, event: &Event) {
        self.last = Some(event.seq);
        self.events.push_back((event.seq, serde_json::to_string(event).unwrap_or_default()));
        if self.events.len() > RECENT {
            self.events.pop_front();
        }
    }

    /// What came after `seq`, if all of it is here.
    fn since(&self, seq: i64) -> Option<Option<Batch>> {
        let last = self.last?;
        if seq >= last {
            return Some(None);
        }
        let first_kept = self.events.front().map_or(last + 1, |(first, _)| *first);
        if seq + 1 < first_kept {
            return None;
        }
        let skip = usize::try_from(seq + 1 - first_kept).ok()?;
        let events: Vec<&str> = self.events.iter().skip(skip).map(|(_, text)| text.as_str()).collect();
        Some(Some(Batch { first: seq + 1, last, text: frame(&events) }))
    }
}

fn frame(events: &[&str]) -> Utf8Bytes {
    format!("{{\"type\":\"events\",\"events\":[{}]}}", events.join(",")).into()
}

impl Room {
    pub(super) fn open(rooms: &Arc<Rooms>, broadcast_id: i64) -> Arc<Self> {
        let (feeds, inbox) = mpsc::unbounded_channel();
        let (posts, queue) = mpsc::channel(POSTS);
        let room = Arc::new(Self {
            broadcast_id,
            db: rooms.db.clone(),
            bus: rooms.bus.clone(),
            out: broadcast::Sender::new(QUEUE),
            feeds,
            posts,
            recent: Mutex::default(),
            hearts: AtomicI64::new(0),
            closed: CancellationToken::new(),
        });
        let from_bus = rooms.bus.subscribe(&topic(broadcast_id));
        tokio::spawn(pump(room.clone(), rooms.clone(), from_bus, inbox));
        tokio::spawn(write(room.clone(), queue));
        room
    }

    /// From now on; then `catch_up` from what is already known.
    pub fn listen(&self) -> broadcast::Receiver<Out> {
        self.out.subscribe()
    }

    pub fn listeners(&self) -> usize {
        self.out.receiver_count()
    }

    pub(super) fn close(&self) {
        self.closed.cancel();
    }

    /// One frame with what came after `seq`: from memory, or else from the log. None: nothing did.
    pub async fn catch_up(&self, seq: i64) -> Result<Option<Batch>, DbErr> {
        let known = self.recent().since(seq);
        if let Some(batch) = known {
            return Ok(batch);
        }
        let events = log::after(&self.db, self.broadcast_id, seq, PAGE).await?;
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(None) };
        let texts: Vec<String> = events.iter().filter_map(|event| serde_json::to_string(event).ok()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(Some(Batch { first: first.seq, last: last.seq, text: frame(&texts) }))
    }

    /// Waits until the message has its number.
    pub async fn post(
        &self,
        member_id: i64,
        nickname: String,
        client_id: String,
        body: String,
        notice: bool,
    ) -> Result<Posted, Refusal> {
        let (reply, answer) = oneshot::channel();
        let post = Post { member_id, nickname, client_id, body, notice, reply };
        self.posts.try_send(post).map_err(|_| Refusal::Unavailable)?;
        answer.await.unwrap_or(Err(Refusal::Unavailable))
    }

    pub fn heart(&self) {
        self.hearts.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells all instances by the bus, and this one of events at once; a number that comes twice is dropped.
    pub async fn tell(&self, feed: Feed) {
        if matches!(feed, Feed::Events(_)) {
            // Fails only when the room has closed: then nobody is there to be told.
            let _ = self.feeds.send(feed.clone());
        }
        publish(&*self.bus, self.broadcast_id, &feed).await;
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, out: Out) {
        // Without listeners it goes nowhere.
        let _ = self.out.send(out);
    }
}

pub(super) fn topic(broadcast_id: i64) -> String {
    format!("room:{broadcast_id}")
}

/// Events in one message on the bus: its table's column holds 64 KiB.
const ON_THE_BUS: usize = 32;

pub(super) async fn publish(bus: &dyn Bus, broadcast_id: i64, feed: &Feed) {
    match feed {
        Feed::Events(events) if events.len() > ON_THE_BUS => {
            for part in events.chunks(ON_THE_BUS) {
                publish_one(bus, broadcast_id, &Feed::Events(part.to_vec())).await;
            }
        }
        feed => publish_one(bus, broadcast_id, feed).await,
    }
}

/// A failure costs time only: the others look for themselves.
async fn publish_one(bus: &dyn Bus, broadcast_id: i64, feed: &Feed) {
    let payload = Bytes::from(serde_json::to_string(feed).unwrap_or_default());
    if let Err(error) = bus.publish(&topic(broadcast_id), payload).await {
        tracing::warn!(broadcast_id, error = format!("{error:#}"), "the bus did not take a message");
    }
}

async fn write(room: Arc<Room>, mut queue: mpsc::Receiver<Post>) {
    let mut posts = Vec::new();
    loop {
        tokio::select! {
            count = queue.recv_many(&mut posts, TOGETHER) => if count == 0 { return },
            () = room.closed.cancelled() => return,
        }
        let events = post::write(&room.db, room.broadcast_id, std::mem::take(&mut posts)).await;
        if !events.is_empty() {
            room.tell(Feed::Events(events)).await;
        }
    }
}

async fn pump(room: Arc<Room>, rooms: Arc<Rooms>, mut from_bus: Listener, mut inbox: mpsc::UnboundedReceiver<Feed>) {
    let mut pump = Pump { last: 0, waiting: Vec::new(), flushed: Instant::now(), stock: BTreeMap::new(), room };
    pump.begin().await;
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let flush_at = pump.flushed + FLUSH;
        let taken = tokio::select! {
            () = pump.room.closed.cancelled() => return,
            () = tokio::time::sleep_until(flush_at), if !pump.waiting.is_empty() => {
                pump.flush();
                continue;
            }
            feed = inbox.recv() => match feed {
                Some(feed) => pump.take(feed).await,
                None => return,
            },
            heard = from_bus.next() => match heard {
                Heard::Message(payload) => match serde_json::from_slice(&payload) {
                    Ok(feed) => pump.take(feed).await,
                    Err(error) => { tracing::error!(%error, "not a room's message"); Ok(()) }
                },
                Heard::Missed => pump.read_on().await,
            },
            _ = look.tick() => {
                if pump.room.listeners() == 0 {
                    if rooms.close_if_empty(&pump.room) { return }
                    continue;
                }
                pump.look().await
            }
        };
        if let Err(error) = taken {
            tracing::warn!(broadcast_id = pump.room.broadcast_id, %error, "a room cannot read; trying again");
        }
    }
}

struct Pump {
    room: Arc<Room>,
    /// The newest number taken.
    last: i64,
    /// Taken and not yet sent.
    waiting: Vec<Event>,
    flushed: Instant,
    stock: BTreeMap<i64, i64>,
}

impl Pump {
    /// Starts at the log's end; whoever connected meanwhile looks for what it may have missed.
    async fn begin(&mut self) {
        while !self.room.closed.is_cancelled() {
            let begun = match log::ensure(&self.room.db, self.room.broadcast_id).await {
                Ok(()) => log::last_seq(&self.room.db, self.room.broadcast_id).await,
                Err(error) => Err(error),
            };
            match begun {
                Ok(last) => {
                    self.last = last.unwrap_or_default();
                    self.room.recent().last = Some(self.last);
                    self.room.send(Out::Sync(self.last));
                    return;
                }
                Err(error) => {
                    tracing::warn!(broadcast_id = self.room.broadcast_id, %error, "a room cannot begin; trying again");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    async fn take(&mut self, feed: Feed) -> Result<(), DbErr> {
        match feed {
            Feed::Events(events) => {
                for event in events {
                    if event.seq <= self.last {
                        continue;
                    }
                    if event.seq > self.last + 1 {
                        return self.read_on().await;
                    }
                    self.add(event);
                }
            }
            Feed::Viewers(count) => self.room.send(Out::Note(Tell::Viewers { count }.text().into())),
            Feed::Hearts(count) => self.room.send(Out::Note(Tell::Hearts { count }.text().into())),
            Feed::Kick(member_id) => self.room.send(Out::Kick(member_id)),
        }
        Ok(())
    }

    fn add(&mut self, event: Event) {
        self.last = event.seq;
        self.waiting.push(event);
    }

    async fn read_on(&mut self) -> Result<(), DbErr> {
        loop {
            let events = log::after(&self.room.db, self.room.broadcast_id, self.last, PAGE).await?;
            if events.is_empty() {
                return Ok(());
            }
            events.into_iter().for_each(|event| self.add(event));
        }
    }

    fn flush(&mut self) {
        self.flushed = Instant::now();
        let events = std::mem::take(&mut self.waiting);
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return };
        let (first, last) = (first.seq, last.seq);
        let mut recent = self.room.recent();
        events.iter().for_each(|event| recent.push(event));
        let batch = recent.since(first - 1).flatten();
        drop(recent);
        match batch {
            Some(batch) => self.room.send(Out::Batch(Arc::new(batch))),
            // More at once than is kept: connections read the log themselves.
            None => self.room.send(Out::Sync(last)),
        }
    }

    async fn look(&mut self) -> Result<(), DbErr> {
        let room = self.room.clone();
        if log::last_seq(&room.db, room.broadcast_id).await?.is_some_and(|last| last > self.last) {
            self.read_on().await?;
        }
        let stock = goods::stock(&room.db, room.broadcast_id).await?;
        if stock != self.stock {
            room.send(Out::Note(Tell::Stock { variants: &stock }.text().into()));
            self.stock = stock;
        }
        let hearts = room.hearts.swap(0, Ordering::Relaxed);
        if hearts > 0 {
            room.tell(Feed::Hearts(add_hearts(&room.db, room.broadcast_id, hearts).await?)).await;
        }
        Ok(())
    }
}

async fn add_hearts(db: &DatabaseConnection, broadcast_id: i64, more: i64) -> Result<i64, DbErr> {
    use broadcasts::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Hearts, Expr::col(Column::Hearts).add(more))
        .filter(Column::Id.eq(broadcast_id))
        .exec(db)
        .await?;
    Ok(Entity::find_by_id(broadcast_id).one(db).await?.map_or(0, |row| row.hearts))
}

#[cfg(test)]
mod tests {
    use super::super::event::What;
    use super::*;

    fn filled(seqs: std::ops::RangeInclusive<i64>) -> Recent {
        let mut recent = Recent { last: Some(seqs.start() - 1), events: VecDeque::new() };
        seqs.for_each(|seq| recent.push(&Event { seq, what: What::Ended }));
        recent
    }

    #[test]
    fn memory_knows_what_it_does_not_know() {
        let recent = filled(11..=13);
        assert!(recent.since(9).is_none(), "10 is only in the log");
        let batch = recent.since(10).unwrap().unwrap();
        assert_eq!((batch.first, batch.last), (11, 13));
        assert_eq!(recent.since(12).unwrap().unwrap().text.as_str(), {
            r#"{"type":"events","events":[{"seq":13,"kind":"ended"}]}"#
        });
        assert!(recent.since(13).unwrap().is_none());
        assert!(Recent::default().since(0).is_none(), "before the room has begun");
        let long = filled(1..=(RECENT as i64 + 5));
        assert!(long.since(4).is_none());
        assert_eq!(long.since(5).unwrap().unwrap().first, 6);
    }
}
