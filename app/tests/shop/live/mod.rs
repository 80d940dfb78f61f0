//! Broadcasts: planning, holding, watching, and what the streaming service tells.

mod events;
mod hold;
mod watch;
