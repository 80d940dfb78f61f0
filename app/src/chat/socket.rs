//! The WebSocket of a broadcast: `GET /live/{id}/socket?after=<number>`. Guests read, members write.
//!
//! A browser that comes back says the last number it has seen and gets what followed, on whichever instance. Close
//! codes: 1008 for rubbish, 1009 for too large, 1012 when this instance stops, 4403 for who may not stay.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use sea_orm::EntityTrait;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval, timeout};

use super::event::{Ask, Tell};
use super::post::{self, Posted, Refusal};
use super::room::{Out, Room};
use super::{Place, log};
use crate::app::{App, AppState};
use crate::entities::broadcasts;
use crate::entities::enums::ChatBanKind;
use crate::live::show;
use crate::web::{Failure, Outcome, Visitor};

/// The longest message is 300 characters: 1,200 bytes, escaped at most 3,600.
const LARGEST: usize = 4 * 1024;
/// What is larger is read all the same, up to here: a connection that ends while something in it is unread is reset, and
/// the close frame, which says why, may be lost.
const READ_TO_THE_END: usize = 64 * 1024;
/// Every connection has such a buffer, and each read fills all of it with zeros first. With the default's 128 KiB a
/// thousand viewers cost 130 MB more, and half as much CPU again.
const READ_BUFFER: usize = LARGEST;
/// Frames of one connection in a window; beyond, they are refused, and beyond ten times as many it ends.
const FRAMES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(5);
/// What cannot be understood, before the connection ends.
const RUBBISH: u32 = 10;
const PING: Duration = Duration::from_secs(25);
/// Nothing heard for this long, not even an answer to a ping: gone.
const SILENCE: Duration = Duration::from_secs(70);
/// A browser that does not take a frame for this long is dropped; it comes back and reads on.
const SLOW: Duration = Duration::from_secs(10);
/// More than this many events behind: the list begins anew.
const FAR_BEHIND: i64 = 5_000;
const BEGIN_WITH: i64 = 100;
const FORBIDDEN: u16 = 4403;
const TOO_LARGE: &str = "too large";

pub fn routes() -> Router<AppState> {
    Router::new().route("/live/{id}/socket", get(open))
}

#[derive(Deserialize)]
struct Start {
    after: Option<i64>,
}

async fn open(
    State(app): State<AppState>,
    Path(id): Path<i64>,
    Query(start): Query<Start>,
    visitor: Visitor,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Outcome<Response> {
    let upgrade = upgrade.map_err(|_| Failure::Invalid("chat-error-socket-only"))?;
    if !is_ours(&app, &headers) {
        tracing::warn!("a socket from another site was refused");
        return Err(Failure::Forbidden);
    }
    let broadcast = broadcasts::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let member_id = visitor.member.as_ref().map(|member| member.id);
    if !show::may_see(&broadcast, visitor.member.as_deref()) {
        return Err(Failure::NotTheirs);
    }
    if let Some(member_id) = member_id
        && post::ban(&app.db, &broadcast, member_id).await? == Some(ChatBanKind::Ban)
    {
        return Err(Failure::Forbidden);
    }
    let place = app.chat.place(visitor.ip).ok_or(Failure::TooMany { retry_after: 30 })?;
    let room = app.chat.room(id);
    let token = app.chat.sockets.token();
    let after = start.after.filter(|after| *after >= 0);
    let upgrade = upgrade.max_message_size(READ_TO_THE_END).max_frame_size(READ_TO_THE_END);
    let upgrade = upgrade.read_buffer_size(READ_BUFFER);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _token = token;
        let connection = Connection {
            sent: 0,
            heard: Instant::now(),
            frames: (Instant::now(), 0),
            rubbish: 0,
            _place: place,
            member_id,
            visitor,
            room,
            app,
        };
        metrics::gauge!("shop_chat_sockets").increment(1);
        connection.run(socket, after).await;
        metrics::gauge!("shop_chat_sockets").decrement(1);
    }))
}

/// Browsers always say where a page that opens a socket comes from; whoever says nothing is not one.
fn is_ours(app: &App, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = text(header::ORIGIN);
    // A developer may come by another name of the same machine.
    let local = || app.config.is_development() && origin == format!("http://{}", text(header::HOST));
    origin == app.config.public_url || local()
}

/// Why a connection ends.
enum End {
    /// The other side has closed, or cannot be reached.
    Gone,
    With(u16, &'static str),
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

struct Connection {
    app: AppState,
    room: Arc<Room>,
    visitor: Visitor,
    member_id: Option<i64>,
    /// The last number that the browser has been sent.
    sent: i64,
    heard: Instant,
    /// When the window began, and how many frames came in it.
    frames: (Instant, u32),
    rubbish: u32,
    _place: Place,
}

impl Connection {
    async fn run(mut self, mut socket: WebSocket, after: Option<i64>) {
        // First listen, then catch up: nothing falls between the two.
        let mut out = self.room.listen();
        let end = match self.greet(&mut socket, after).await {
            Ok(()) => self.serve(&mut socket, &mut out).await,
            Err(end) => end,
        };
        if let End::With(code, reason) = end {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            let _ = timeout(SLOW, socket.send(Message::Close(Some(frame)))).await;
            // The other side's answer, so that the close frame is not lost with the connection.
            let _ = timeout(Duration::from_secs(1), async { while let Some(Ok(_)) = socket.recv().await {} }).await;
        }
    }

    async fn greet(&mut self, socket: &mut WebSocket, after: Option<i64>) -> Result<(), End> {
        let unavailable = |error| {
            tracing::warn!(%error, "a socket cannot begin");
            End::With(close_code::AGAIN, "unavailable")
        };
        let last = log::last_seq(&self.app.db, self.room.broadcast_id).await.map_err(unavailable)?.unwrap_or_default();
        let recent = (last - BEGIN_WITH).max(0);
        let lost = after.is_some_and(|after| after > last || last - after > FAR_BEHIND);
        self.sent = after.filter(|_| !lost).unwrap_or(recent);
        self.send(socket, Tell::Hello { seq: last, can_write: self.member_id.is_some() }.text().into()).await?;
        if lost {
            self.send(socket, Tell::Reset { seq: self.sent }.text().into()).await?;
        }
        self.catch_up(socket, last).await
    }

    async fn serve(&mut self, socket: &mut WebSocket, out: &mut Receiver<Out>) -> End {
        let stop = self.app.stop.clone();
        let mut ping = interval(PING);
        loop {
            let step = tokio::select! {
                () = stop.cancelled() => return End::With(close_code::RESTART, "restarting"),
                taken = out.recv() => match taken {
                    Ok(out) => self.pass_on(socket, out).await,
                    Err(RecvError::Lagged(_)) => self.catch_up(socket, i64::MAX).await,
                    Err(RecvError::Closed) => return End::With(close_code::AGAIN, "closed"),
                },
                message = socket.recv() => match message {
                    Some(Ok(message)) => self.hear(socket, message).await,
                    Some(Err(error)) if is_too_large(&error) => return End::With(close_code::SIZE, TOO_LARGE),
                    _ => return End::Gone,
                },
                _ = ping.tick() => if self.heard.elapsed() > SILENCE {
                    return End::Gone;
                } else {
                    self.put(socket, Message::Ping(bytes::Bytes::new())).await
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn pass_on(&mut self, socket: &mut WebSocket, out: Out) -> Result<(), End> {
        match out {
            Out::Batch(batch) if batch.last <= self.sent => Ok(()),
            Out::Batch(batch) if batch.first == self.sent + 1 => {
                self.send(socket, batch.text.clone()).await?;
                self.sent = batch.last;
                Ok(())
            }
            Out::Batch(batch) => self.catch_up(socket, batch.last).await,
            Out::Sync(last) => self.catch_up(socket, last).await,
            Out::Note(text) => self.send(socket, text).await,
            Out::Kick(member_id) if self.member_id == Some(member_id) => Err(End::With(FORBIDDEN, "banned")),
            Out::Kick(_) => Ok(()),
        }
    }

    /// Sends what came after `sent`, at least up to `until` where there is so much.
    async fn catch_up(&mut self, socket: &mut WebSocket, until: i64) -> Result<(), End> {
        while self.sent < until {
            let batch = self.room.catch_up(self.sent).await.map_err(|error| {
                tracing::warn!(%error, "a socket cannot read on");
                End::With(close_code::AGAIN, "unavailable")
            })?;
            let Some(batch) = batch else { break };
            self.send(socket, batch.text).await?;
            self.sent = batch.last;
        }
        Ok(())
    }

    async fn hear(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        self.heard = Instant::now();
        let text = match message {
            Message::Text(text) if text.len() > LARGEST => return Err(End::With(close_code::SIZE, TOO_LARGE)),
            Message::Binary(bytes) if bytes.len() > LARGEST => return Err(End::With(close_code::SIZE, TOO_LARGE)),
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return self.not_understood(socket).await,
        };
        if self.frames.0.elapsed() > WINDOW {
            self.frames = (Instant::now(), 0);
        }
        self.frames.1 += 1;
        if self.frames.1 > FRAMES * 10 {
            return Err(End::With(close_code::POLICY, "too fast"));
        }
        let Ok(ask) = serde_json::from_str::<Ask>(&text) else { return self.not_understood(socket).await };
        match ask {
            Ask::Heart {} => {
                if self.frames.1 <= FRAMES {
                    self.room.heart();
                }
                Ok(())
            }
            Ask::Message { client_id, body } => {
                let answer =
                    if self.frames.1 > FRAMES { Err(Refusal::TooFast) } else { self.message(&client_id, &body).await };
                let told = match answer {
                    Ok(Posted { id, seq }) => Tell::Ack { client_id: &client_id, seq, id },
                    Err(refusal) => Tell::Error {
                        code: refusal.code(),
                        message: refusal.text(self.visitor.lang),
                        // As it came, if it may be one: the browser finds its message by it.
                        client_id: post::checked_client_id(&client_id).is_ok().then_some(client_id.as_str()),
                    },
                };
                self.send(socket, told.text().into()).await
            }
        }
    }

    async fn message(&self, client_id: &str, body: &str) -> Result<Posted, Refusal> {
        let session = self.visitor.session.as_ref().filter(|_| self.member_id.is_some()).ok_or(Refusal::LogIn)?;
        say(&self.app, &self.room, session.id, client_id, body, false).await
    }

    async fn not_understood(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        self.rubbish += 1;
        if self.rubbish >= RUBBISH {
            return Err(End::With(close_code::POLICY, "not understood"));
        }
        let message = self.visitor.lang.text("chat-error-malformed");
        self.send(socket, Tell::Error { code: "malformed", message, client_id: None }.text().into()).await
    }

    async fn send(&self, socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), End> {
        self.put(socket, Message::Text(text)).await
    }

    async fn put(&self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        match timeout(SLOW, socket.send(message)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => {
                metrics::counter!("shop_chat_slow_readers_total").increment(1);
                Err(End::Gone)
            }
        }
    }
}

/// A member's message, from the socket or from a form.
pub(super) async fn say(
    app: &App,
    room: &Room,
    session_id: i64,
    client_id: &str,
    body: &str,
    notice: bool,
) -> Result<Posted, Refusal> {
    post::checked_client_id(client_id)?;
    let body = post::checked_body(body)?;
    let unavailable = |error| {
        tracing::error!(%error, "the chat cannot read");
        Refusal::Unavailable
    };
    let member = post::author(&app.db, session_id).await.map_err(unavailable)?.ok_or(Refusal::LogIn)?;
    let broadcast = broadcasts::Entity::find_by_id(room.broadcast_id).one(&app.db).await.map_err(unavailable)?;
    let broadcast = broadcast.ok_or(Refusal::Closed)?;
    post::admit(&app.db, &broadcast, member.id, &body).await.map_err(unavailable)??;
    let notice = notice && member.id == broadcast.seller_id;
    room.post(member.id, member.nickname, client_id.to_owned(), body, notice).await
}

/// The reason is only in the error's text: axum does not show its own.
fn is_too_large(error: &axum::Error) -> bool {
    error.to_string().contains("too long") || error.to_string().contains("too large")
}
