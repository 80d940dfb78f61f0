//! Planning a broadcast: the seller's list, a new one (prefilled from a trailer), changing it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
    TransactionTrait,
};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{
    BroadcastStatus, MediaPurpose, MediaStatus, ProductStatus, RecordingStatus, TrailerStatus,
};
use crate::entities::{broadcast_products, broadcasts, categories, media, products, trailers};
use crate::i18n::Lang;
use crate::members::channel;
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Errors, Failure, Html, Outcome, Page, Seller, Visitor, audit};

const SIZE: u64 = 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/broadcasts", get(list).post(create))
        .route("/sell/broadcasts/new", get(new))
        .route("/sell/broadcasts/{id}/edit", get(edit).post(save))
}

/// The broadcast, if it is the seller's.
pub(crate) async fn own(app: &App, seller: &Seller, id: i64) -> Outcome<broadcasts::Model> {
    let broadcast = broadcasts::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(broadcast.seller_id)?;
    Ok(broadcast)
}

#[derive(Template)]
#[template(path = "live/mine.html")]
struct Mine {
    page: Page,
    list: Paged<broadcasts::Model>,
}

async fn list(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = broadcasts::Entity::find()
        .filter(broadcasts::Column::SellerId.eq(seller.id()))
        .order_by_desc(broadcasts::Column::Id);
    Ok(Html(Mine { page, list: paginate(&app.db, find, wanted, SIZE).await? }))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PlanForm {
    title: String,
    description: String,
    category: String,
    trailer: String,
    image: String,
    rehearsal: Option<String>,
}

/// A category as the form offers it.
#[derive(Clone, Debug)]
struct CategoryLine {
    id: i64,
    name: String,
}

#[derive(Template)]
#[template(path = "live/plan.html")]
struct Plan {
    page: Page,
    form: PlanForm,
    categories: Vec<CategoryLine>,
    /// The broadcast that is changed; none: a new one.
    id: Option<i64>,
    /// Rehearsing or not is decided before it begins.
    begun: bool,
    errors: Errors,
}

async fn categories_in(db: &impl ConnectionTrait, lang: Lang) -> Result<Vec<CategoryLine>, DbErr> {
    let rows = categories::Entity::find().order_by_asc(categories::Column::Position).all(db).await?;
    let name = |row: &categories::Model| if lang == Lang::Ko { row.name_ko.clone() } else { row.name_en.clone() };
    Ok(rows.iter().map(|row| CategoryLine { id: row.id, name: name(row) }).collect())
}

#[derive(Deserialize)]
struct From {
    trailer: Option<i64>,
}

async fn new(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Query(from): Query<From>,
) -> Outcome<impl IntoResponse> {
    let trailer = match from.trailer {
        Some(id) => Some(trailer(&app.db, seller.id(), id).await?.ok_or(Failure::NotFound)?),
        None => None,
    };
    let form = trailer.map_or_else(PlanForm::default, |trailer| PlanForm {
        title: trailer.title,
        description: trailer.description,
        category: trailer.category_id.map(|id| id.to_string()).unwrap_or_default(),
        image: trailer.image_media_id.map(|id| id.to_string()).unwrap_or_default(),
        trailer: trailer.id.to_string(),
        rehearsal: None,
    });
    let (categories, errors) = (categories_in(&app.db, page.lang).await?, Errors::new(page.lang));
    Ok(Html(Plan { page, form, categories, id: None, begun: false, errors }))
}

/// The seller's own, still to be held.
async fn trailer(db: &impl ConnectionTrait, seller_id: i64, id: i64) -> Result<Option<trailers::Model>, DbErr> {
    let found = trailers::Entity::find_by_id(id).filter(trailers::Column::SellerId.eq(seller_id)).one(db).await?;
    Ok(found.filter(|trailer| trailer.status == TrailerStatus::Announced))
}

/// What the form's words mean.
struct Planned {
    category_id: Option<i64>,
    image_media_id: Option<i64>,
    trailer: Option<trailers::Model>,
}

async fn check(app: &App, seller_id: i64, form: &PlanForm, errors: &mut Errors) -> Outcome<Planned> {
    errors.required("title", &form.title, 120);
    errors.optional("description", &form.description, 5000);
    let id = |text: &str| if text.is_empty() { Ok(None) } else { text.parse::<i64>().map(Some) };
    let category_id = match id(&form.category) {
        Ok(None) => None,
        Ok(Some(id)) if categories::Entity::find_by_id(id).one(&app.db).await?.is_some() => Some(id),
        _ => {
            errors.add("category", "live-error-category");
            None
        }
    };
    // Hidden fields: what is not theirs is nothing that our page has sent.
    let image_media_id = id(&form.image).map_err(|_| Failure::Invalid("error-400-text"))?;
    if let Some(image) = image_media_id {
        let picture =
            media::Entity::find_by_id(image).filter(media::Column::OwnerId.eq(seller_id)).one(&app.db).await?;
        let sound = picture.is_some_and(|picture| {
            picture.status == MediaStatus::Ready
                && matches!(picture.purpose, MediaPurpose::BroadcastImage | MediaPurpose::TrailerImage)
        });
        if !sound {
            return Err(Failure::Invalid("error-400-text"));
        }
    }
    let trailer = match id(&form.trailer).map_err(|_| Failure::Invalid("error-400-text"))? {
        Some(id) => Some(trailer(&app.db, seller_id, id).await?.ok_or(Failure::Conflict("live-error-trailer"))?),
        None => None,
    };
    Ok(Planned { category_id, image_media_id, trailer })
}

async fn create(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Form(form): Form<PlanForm>,
) -> Outcome<Response> {
    let mut errors = Errors::new(page.lang);
    let planned = check(&app, seller.id(), &form, &mut errors).await?;
    if !errors.is_empty() {
        let categories = categories_in(&app.db, page.lang).await?;
        let again = Plan { page, form, categories, id: None, begun: false, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let channel = channel::ensure(&app, seller.id()).await?;
    let transaction = app.db.begin().await?;
    let row = broadcasts::ActiveModel {
        seller_id: Set(seller.id()),
        channel_id: Set(channel.id),
        trailer_id: Set(planned.trailer.as_ref().map(|trailer| trailer.id)),
        category_id: Set(planned.category_id),
        title: Set(form.title.trim().to_owned()),
        description: Set(form.description.trim().to_owned()),
        image_media_id: Set(planned.image_media_id),
        status: Set(BroadcastStatus::Preparing),
        rehearsal: Set(form.rehearsal.is_some()),
        slow_mode_seconds: Set(0),
        viewers: Set(0),
        peak_viewers: Set(0),
        hearts: Set(0),
        recording_status: Set(RecordingStatus::None),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    let broadcast = row.insert(&transaction).await?;
    if let Some(trailer) = &planned.trailer {
        announced_product(&transaction, broadcast.id, seller.id(), trailer).await?;
    }
    audit::record(&transaction, &visitor, Some(seller.id()), "broadcast.plan", ("broadcast", broadcast.id), "").await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/broadcasts/{}/products", broadcast.id), "flash-broadcast-planned"))
}

/// What the trailer announced is chosen already, at the announced price.
async fn announced_product(
    db: &impl ConnectionTrait,
    broadcast_id: i64,
    seller_id: i64,
    trailer: &trailers::Model,
) -> Result<(), DbErr> {
    let Some(product) = trailer.product_id else { return Ok(()) };
    let product = products::Entity::find_by_id(product)
        .filter(products::Column::SellerId.eq(seller_id))
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .one(db)
        .await?;
    let Some(product) = product else { return Ok(()) };
    let row = broadcast_products::ActiveModel {
        broadcast_id: Set(broadcast_id),
        product_id: Set(product.id),
        position: Set(0),
        live_price: Set(trailer.price.filter(|price| *price < product.price)),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}

async fn edit(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    page: Page,
) -> Outcome<impl IntoResponse> {
    let broadcast = own(&app, &seller, id).await?;
    let form = PlanForm {
        title: broadcast.title.clone(),
        description: broadcast.description.clone(),
        category: broadcast.category_id.map(|id| id.to_string()).unwrap_or_default(),
        trailer: String::new(),
        image: broadcast.image_media_id.map(|id| id.to_string()).unwrap_or_default(),
        rehearsal: broadcast.rehearsal.then(|| "yes".to_owned()),
    };
    let begun = broadcast.status != BroadcastStatus::Preparing;
    let (categories, errors) = (categories_in(&app.db, page.lang).await?, Errors::new(page.lang));
    Ok(Html(Plan { page, form, categories, id: Some(id), begun, errors }))
}

async fn save(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<PlanForm>,
) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    let begun = broadcast.status != BroadcastStatus::Preparing;
    let mut errors = Errors::new(page.lang);
    let form = PlanForm { trailer: String::new(), ..form };
    let planned = check(&app, seller.id(), &form, &mut errors).await?;
    if !errors.is_empty() {
        let categories = categories_in(&app.db, page.lang).await?;
        let again = Plan { page, form, categories, id: Some(id), begun, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let mut row = broadcast.into_active_model();
    row.title = Set(form.title.trim().to_owned());
    row.description = Set(form.description.trim().to_owned());
    row.category_id = Set(planned.category_id);
    row.image_media_id = Set(planned.image_media_id);
    if !begun {
        row.rehearsal = Set(form.rehearsal.is_some());
    }
    row.updated_at = Set(now());
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "broadcast.save", ("broadcast", id), "").await?;
    Ok(flash(&format!("/sell/broadcasts/{id}"), "flash-saved"))
}
