//! Chat of a broadcast: the WebSocket, history, moderation.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use sea_orm::DatabaseConnection;
use tokio_util::task::TaskTracker;

use crate::app::AppState;
use crate::services::bus::Bus;

pub mod event;
pub mod log;
pub mod moderation;
pub mod post;
pub mod room;
mod socket;
pub mod words;

pub use event::{Event, Feed, What};
pub use room::Room;

pub fn routes() -> Router<AppState> {
    Router::new().merge(socket::routes()).merge(moderation::routes())
}

/// Sockets from one address on one instance: many share an address, but not a thousand.
const PER_ADDRESS: usize = 200;

/// The rooms that somebody is in, on this instance.
#[derive(Debug)]
pub struct Rooms {
    db: DatabaseConnection,
    bus: Arc<dyn Bus>,
    /// The open sockets.
    sockets: TaskTracker,
    rooms: Mutex<HashMap<i64, Arc<Room>>>,
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

impl Rooms {
    pub fn new(db: DatabaseConnection, bus: Arc<dyn Bus>) -> Arc<Self> {
        let sockets = TaskTracker::new();
        Arc::new(Self { db, bus, sockets, rooms: Mutex::default(), addresses: Mutex::default() })
    }

    pub fn room(self: &Arc<Self>, broadcast_id: i64) -> Arc<Room> {
        self.rooms().entry(broadcast_id).or_insert_with(|| Room::open(self, broadcast_id)).clone()
    }

    /// Whoever is in the room, on any instance, gets to know.
    pub async fn tell(&self, broadcast_id: i64, feed: Feed) {
        let here = self.rooms().get(&broadcast_id).cloned();
        match here {
            Some(room) => room.tell(feed).await,
            None => room::publish(&*self.bus, broadcast_id, &feed).await,
        }
    }

    /// Once the shop stops: every socket gets its close frame. Returns when all have.
    pub async fn drained(&self) {
        self.sockets.close();
        self.sockets.wait().await;
    }

    /// Only the map, the room's two tasks and nobody else hold it, and nobody can get it while this looks.
    fn close_if_empty(&self, room: &Arc<Room>) -> bool {
        const OWN: usize = 3;
        let mut rooms = self.rooms();
        let empty = room.listeners() == 0 && Arc::strong_count(room) <= OWN;
        if empty {
            rooms.remove(&room.broadcast_id);
            room.close();
        }
        empty
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<i64, Arc<Room>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None: there are too many from there already.
    fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        if *count >= PER_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Place { rooms: self.clone(), address })
    }
}

/// Held by a socket as long as it is open.
#[derive(Debug)]
struct Place {
    rooms: Arc<Rooms>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.rooms.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}
