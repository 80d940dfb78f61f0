//! Following sellers.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, Set,
};

use super::Back;
use super::sellers::{self, Face};
use crate::app::AppState;
use crate::db::{is_unique_violation, now};
use crate::entities::broadcasts;
use crate::entities::enums::BroadcastStatus;
use crate::entities::follows::{ActiveModel, Column, Entity};
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{CurrentMember, Failure, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/following", get(show))
        .route("/sellers/{id}/follow", post(follow))
        .route("/sellers/{id}/unfollow", post(unfollow))
}

pub async fn is_following(db: &impl ConnectionTrait, member_id: i64, seller_id: i64) -> Result<bool, DbErr> {
    let found = Column::MemberId.eq(member_id).and(Column::SellerId.eq(seller_id));
    Ok(Entity::find().filter(found).count(db).await? > 0)
}

pub async fn followers(db: &impl ConnectionTrait, seller_id: i64) -> Result<u64, DbErr> {
    Entity::find().filter(Column::SellerId.eq(seller_id)).count(db).await
}

async fn follow(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    sellers::find(&app.db, id).await?.ok_or(Failure::NotFound)?;
    if id == current.id() {
        return Err(Failure::Conflict("follow-oneself"));
    }
    let row =
        ActiveModel { member_id: Set(current.id()), seller_id: Set(id), created_at: Set(now()), ..Default::default() };
    match row.insert(&app.db).await {
        Err(error) if !is_unique_violation(&error) => return Err(error.into()),
        _ => {}
    }
    Ok(flash(&back.to(&format!("/sellers/{id}")), "flash-following"))
}

/// Also of whom is no seller any more.
async fn unfollow(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    let row = Column::MemberId.eq(current.id()).and(Column::SellerId.eq(id));
    Entity::delete_many().filter(row).exec(&app.db).await?;
    Ok(flash(&back.to("/following"), "flash-unfollowed"))
}

#[derive(Template)]
#[template(path = "social/following.html")]
struct FollowingPage {
    page: Page,
    followed: Paged<(Face, Option<i64>)>,
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = Entity::find().filter(Column::MemberId.eq(current.id())).order_by_desc(Column::Id);
    let rows = paginate(&app.db, find, wanted, 30).await?;
    let ids: Vec<i64> = rows.items.iter().map(|row| row.seller_id).collect();
    let faces = sellers::faces(&app.db, &ids).await?;
    let live = broadcasts::Entity::find()
        .filter(broadcasts::Column::SellerId.is_in(ids))
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .filter(broadcasts::Column::Rehearsal.eq(false))
        .all(&app.db)
        .await?;
    let followed = rows.map(|row| {
        let face = faces.get(&row.seller_id).cloned().unwrap_or(Face { id: row.seller_id, ..Face::default() });
        (face, live.iter().find(|live| live.seller_id == row.seller_id).map(|live| live.id))
    });
    Ok(Html(FollowingPage { page, followed }))
}
