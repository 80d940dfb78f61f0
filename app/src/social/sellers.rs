//! A seller's page: who it is, as the law asks, and all they show and sell.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::following;
use crate::app::AppState;
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, MemberKind, MemberStatus, ProductStatus, Role, TrailerStatus};
use crate::entities::{broadcasts, members, products, seller_profiles, trailers};
use crate::home::queries::{Tile, tiles};
use crate::reviews::list::{Listing, Of, listing};
use crate::web::paging::PageQuery;
use crate::web::{Failure, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new().route("/sellers/{id}", get(show))
}

/// A seller in lists.
#[derive(Clone, Debug, Default)]
pub struct Face {
    pub id: i64,
    /// Empty: no seller any more.
    pub name: String,
    pub intro: String,
    pub verified: bool,
}

/// Who sells: an active member with a profile.
pub async fn find(
    db: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<(members::Model, seller_profiles::Model)>, DbErr> {
    let found = members::Entity::find_by_id(id)
        .filter(members::Column::Status.eq(MemberStatus::Active))
        .filter(members::Column::Role.ne(Role::Member))
        .one(db)
        .await?;
    let Some(member) = found else { return Ok(None) };
    let profile = seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.eq(id)).one(db).await?;
    Ok(profile.map(|profile| (member, profile)))
}

/// By the name that buyers know.
pub async fn name(db: &impl ConnectionTrait, id: i64) -> Result<String, DbErr> {
    if let Some(face) = faces(db, &[id]).await?.remove(&id) {
        return Ok(face.name);
    }
    Ok(members::Entity::find_by_id(id).one(db).await?.map(|member| member.nickname).unwrap_or_default())
}

pub async fn faces(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, Face>, DbErr> {
    let profiles = seller_profiles::Entity::find()
        .filter(seller_profiles::Column::MemberId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let face = |profile: seller_profiles::Model| Face {
        id: profile.member_id,
        name: profile.display_name,
        intro: profile.intro,
        verified: profile.verified_at.is_some(),
    };
    Ok(profiles.into_iter().map(|profile| (profile.member_id, face(profile))).collect())
}

#[derive(Template)]
#[template(path = "social/seller.html")]
struct SellerPage {
    page: Page,
    seller: members::Model,
    profile: seller_profiles::Model,
    company: bool,
    /// A private seller's phone and address are for members only.
    contact: bool,
    following: bool,
    followers: u64,
    live: Vec<Tile<broadcasts::Model>>,
    trailers: Vec<Tile<trailers::Model>>,
    replays: Vec<Tile<broadcasts::Model>>,
    products: Vec<Tile<products::Model>>,
    reviews: Listing,
    base: String,
}

async fn show(
    State(app): State<AppState>,
    page: Page,
    Path(id): Path<i64>,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let (seller, profile) = find(&app.db, id).await?.ok_or(Failure::NotFound)?;
    let following = match &page.member {
        Some(member) => following::is_following(&app.db, member.id, id).await?,
        None => false,
    };
    let broadcasts_that = |status: BroadcastStatus| {
        broadcasts::Entity::find()
            .filter(broadcasts::Column::SellerId.eq(id))
            .filter(broadcasts::Column::Status.eq(status))
            .filter(broadcasts::Column::Rehearsal.eq(false))
            .order_by_desc(broadcasts::Column::StartedAt)
            .limit(8)
    };
    let live = broadcasts_that(BroadcastStatus::Live).all(&app.db).await?;
    let replays = broadcasts_that(BroadcastStatus::Ended).all(&app.db).await?;
    let announced = trailers::Entity::find()
        .filter(trailers::Column::SellerId.eq(id))
        .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
        .filter(trailers::Column::StartsAt.gt(now()))
        .order_by_asc(trailers::Column::StartsAt)
        .limit(8)
        .all(&app.db)
        .await?;
    let products = products::Entity::find()
        .filter(products::Column::SellerId.eq(id))
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .order_by_desc(products::Column::Id)
        .limit(24)
        .all(&app.db)
        .await?;
    let reader = page.member.as_ref().map(|member| member.id);
    let reviews = listing(&app.db, Of::Seller(id), reader, wanted, 10).await?;
    let company = seller.kind == MemberKind::Company;
    Ok(Html(SellerPage {
        company,
        contact: company || page.member.is_some(),
        following,
        followers: following::followers(&app.db, id).await?,
        live: tiles(&app.db, live, |item| (item.seller_id, item.image_media_id)).await?,
        trailers: tiles(&app.db, announced, |item| (item.seller_id, item.image_media_id)).await?,
        replays: tiles(&app.db, replays, |item| (item.seller_id, item.image_media_id)).await?,
        products: tiles(&app.db, products, |item| (item.seller_id, item.cover_media_id)).await?,
        base: format!("/sellers/{id}"),
        reviews,
        page,
        seller,
        profile,
    }))
}
