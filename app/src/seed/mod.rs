//! Sample data for development, so that every page has something to show. Each domain has a file of its own here.

use sea_orm::{EntityTrait, PaginatorTrait};

use crate::app::App;
use crate::entities::members as rows;

mod catalog;
mod community;
mod drawings;
mod live;
mod market;
mod members;
mod trailers;

pub use live::resume;

/// False where there is data already.
pub async fn fill(app: &App) -> anyhow::Result<bool> {
    if rows::Entity::find().count(&app.db).await? > 0 {
        return Ok(false);
    }
    let people = members::fill(app).await?;
    market::fill(app, &people).await?;
    catalog::fill(app, &people).await?;
    community::fill(app, &people).await?;
    live::fill(app).await?;
    trailers::fill(app).await?;
    tracing::info!(
        "sample data: log in as one of {}, password {}; second factor of sellers and admin: {}",
        members::ACCOUNTS,
        members::PASSWORD,
        members::TOTP_SECRET
    );
    Ok(true)
}
