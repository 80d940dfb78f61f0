//! "Remind me": a member waits for an announced broadcast and is told when it starts (`live_notices`).

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use axum_extra::extract::Form;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, Set,
};

use super::Back;
use crate::app::AppState;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::TrailerStatus;
use crate::entities::trailer_reminders::{ActiveModel, Column, Entity};
use crate::entities::trailers;
use crate::web::flash::flash;
use crate::web::{CurrentMember, Failure, Outcome};

pub fn routes() -> Router<AppState> {
    Router::new().route("/trailers/{id}/remind", post(remind)).route("/trailers/{id}/forget", post(forget))
}

pub async fn is_awaited(db: &impl ConnectionTrait, member_id: i64, trailer_id: i64) -> Result<bool, DbErr> {
    let found = Column::MemberId.eq(member_id).and(Column::TrailerId.eq(trailer_id));
    Ok(Entity::find().filter(found).count(db).await? > 0)
}

async fn remind(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    let trailer = trailers::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if trailer.status != TrailerStatus::Announced {
        return Err(Failure::Conflict("remind-too-late"));
    }
    let row =
        ActiveModel { trailer_id: Set(id), member_id: Set(current.id()), created_at: Set(now()), ..Default::default() };
    match row.insert(&app.db).await {
        Err(error) if !is_unique_violation(&error) => return Err(error.into()),
        _ => {}
    }
    Ok(flash(&back.to(&format!("/trailers/{id}")), "flash-reminded"))
}

async fn forget(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    let row = Column::MemberId.eq(current.id()).and(Column::TrailerId.eq(id));
    Entity::delete_many().filter(row).exec(&app.db).await?;
    Ok(flash(&back.to(&format!("/trailers/{id}")), "flash-forgotten"))
}
