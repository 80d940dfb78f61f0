//! Reviews by those who bought: writing, editing, deleting, and the lists that other pages show. `/reviews`.

use axum::Router;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::app::AppState;
use crate::entities::reviews::{Column, Entity};

mod form;
pub mod list;
mod mine;
mod write;

pub fn routes() -> Router<AppState> {
    Router::new().merge(mine::routes()).merge(write::routes()).merge(list::routes())
}

/// Whoever leaves takes their reviews and photos along.
pub async fn erase_all_of(db: &impl ConnectionTrait, member_id: i64) -> Result<(), DbErr> {
    let rows = Entity::find().filter(Column::MemberId.eq(member_id)).all(db).await?;
    write::erase(db, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await
}
