//! Writing, editing and deleting a review. Only of what one bought, once an item, and only one's own.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, TransactionTrait};

use super::form::{PHOTOS, ReviewForm};
use super::list::{Photo, photos};
use super::mine::waiting;
use crate::app::{App, AppState};
use crate::chat::words;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::MediaPurpose;
use crate::entities::reviews::{ActiveModel, Entity, Model};
use crate::entities::{banned_words, order_items, products, review_photos};
use crate::media::pictures;
use crate::social::Back;
use crate::social::notifications::{Notice, notify};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::page::safe_next;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Parts};

const LIMIT: Limit = Limit::per_minutes("review", 30, 60);
/// The photos, and a little for the rest.
const BODY: usize = PHOTOS * pictures::MAX_BYTES + 64 * 1024;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/reviews/new/{item}", get(show_new).post(create))
        .route("/reviews/{id}/edit", get(show_edit).post(edit))
        .layer(DefaultBodyLimit::max(BODY))
        .route("/reviews/{id}/delete", post(delete))
}

#[derive(Template)]
#[template(path = "reviews/form.html")]
struct FormPage {
    page: Page,
    action: String,
    title: String,
    option: String,
    form: ReviewForm,
    photos: Vec<Photo>,
    errors: Errors,
}

async fn may_review(app: &App, current: &CurrentMember, item: i64) -> Outcome<order_items::Model> {
    waiting(&app.db, current.id(), Some(item)).await?.into_iter().next().ok_or(Failure::NotFound)
}

async fn own(app: &App, current: &CurrentMember, id: i64) -> Outcome<(Model, order_items::Model)> {
    let review = Entity::find_by_id(id).one(&app.db).await?.filter(|review| review.deleted_at.is_none());
    let review = review.ok_or(Failure::NotFound)?;
    current.owns(review.member_id)?;
    let item = order_items::Entity::find_by_id(review.order_item_id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    Ok((review, item))
}

async fn show_new(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(item): Path<i64>,
    Query(back): Query<Back>,
) -> Outcome<impl IntoResponse> {
    let item = may_review(&app, &current, item).await?;
    let form = ReviewForm { next: back.to("/reviews"), ..ReviewForm::default() };
    let errors = Errors::new(page.lang);
    let action = format!("/reviews/new/{}", item.id);
    Ok(Html(FormPage { page, action, title: item.title, option: item.option_label, form, photos: Vec::new(), errors }))
}

async fn create(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(item): Path<i64>,
    parts: Parts,
) -> Outcome<Response> {
    let item = may_review(&app, &current, item).await?;
    let form = ReviewForm::new(&parts);
    let (mut errors, rating) = form.check(page.lang, 0);
    refuse_banned_words(&app, &form, &mut errors).await?;
    let stored = if errors.is_empty() {
        LIMIT.hit(&app.db, &current.id().to_string()).await?;
        store(&app, &current, &form, &mut errors).await?
    } else {
        Vec::new()
    };
    if !errors.is_empty() {
        let action = format!("/reviews/new/{}", item.id);
        let (title, option) = (item.title, item.option_label);
        let again = FormPage { page, action, title, option, form, photos: Vec::new(), errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let product = products::Entity::find_by_id(item.product_id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let transaction = app.db.begin().await?;
    let row = ActiveModel {
        order_item_id: Set(item.id),
        product_id: Set(item.product_id),
        broadcast_id: Set(item.broadcast_id),
        member_id: Set(current.id()),
        rating: Set(rating),
        body: Set(form.body.trim().to_owned()),
        created_at: Set(now()),
        ..Default::default()
    };
    let review = match row.insert(&transaction).await {
        Err(error) if is_unique_violation(&error) => {
            transaction.rollback().await?;
            pictures::discard(&app.db, &stored).await?;
            return Err(Failure::Conflict("review-exists"));
        }
        other => other?,
    };
    attach(&transaction, review.id, 0, &stored).await?;
    let notice = Notice {
        message: "notice-review-written",
        arguments: &[("product", product.title), ("rating", rating.to_string())],
        link: format!("/reviews/product/{}", product.id),
        unique_key: Some(format!("review:{}", review.id)),
    };
    notify(&transaction, product.seller_id, &notice).await?;
    transaction.commit().await?;
    Ok(flash(&safe_next(Some(&form.next), "/reviews"), "flash-review-written"))
}

/// Those that hold everywhere: no seller keeps words out of what is said of them.
async fn refuse_banned_words(app: &App, form: &ReviewForm, errors: &mut Errors) -> Outcome<()> {
    let banned = banned_words::Entity::find().filter(banned_words::Column::SellerId.is_null()).all(&app.db).await?;
    if words::contains_any(&form.body, banned.iter().map(|row| row.word.as_str())) {
        errors.add("body", "review-banned-word");
    }
    Ok(())
}

/// Stores the photos; where one of them is unfit none stays.
async fn store(app: &App, current: &CurrentMember, form: &ReviewForm, errors: &mut Errors) -> Outcome<Vec<i64>> {
    let mut stored = Vec::new();
    for photo in &form.photos {
        match pictures::keep(app, current.id(), MediaPurpose::ReviewPhoto, photo.clone()).await? {
            Ok(media) => stored.push(media.id),
            Err(unfit) => errors.add("photos", unfit),
        }
    }
    if !errors.is_empty() {
        pictures::discard(&app.db, &stored).await?;
        stored.clear();
    }
    Ok(stored)
}

async fn attach(
    db: &impl sea_orm::ConnectionTrait,
    review_id: i64,
    first: usize,
    media: &[i64],
) -> Result<(), sea_orm::DbErr> {
    for (position, media_id) in (first..).zip(media) {
        let row = review_photos::ActiveModel {
            review_id: Set(review_id),
            media_id: Set(*media_id),
            position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
            ..Default::default()
        };
        row.insert(db).await?;
    }
    Ok(())
}

async fn show_edit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
    Query(back): Query<Back>,
) -> Outcome<impl IntoResponse> {
    let (review, item) = own(&app, &current, id).await?;
    let photos = photos(&app.db, [id]).await?.remove(&id).unwrap_or_default();
    let form = ReviewForm {
        rating: review.rating.to_string(),
        body: review.body,
        next: back.to("/reviews"),
        ..ReviewForm::default()
    };
    let errors = Errors::new(page.lang);
    let action = format!("/reviews/{id}/edit");
    Ok(Html(FormPage { page, action, title: item.title, option: item.option_label, form, photos, errors }))
}

async fn edit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
    parts: Parts,
) -> Outcome<Response> {
    let (review, item) = own(&app, &current, id).await?;
    let form = ReviewForm::new(&parts);
    let photos = photos(&app.db, [id]).await?.remove(&id).unwrap_or_default();
    // Only photos of this review can be taken away with it.
    let removed: Vec<i64> =
        photos.iter().map(|photo| photo.media_id).filter(|media| form.remove.contains(media)).collect();
    let (mut errors, rating) = form.check(page.lang, photos.len() - removed.len());
    refuse_banned_words(&app, &form, &mut errors).await?;
    let stored = if errors.is_empty() {
        LIMIT.hit(&app.db, &current.id().to_string()).await?;
        store(&app, &current, &form, &mut errors).await?
    } else {
        Vec::new()
    };
    if !errors.is_empty() {
        let action = format!("/reviews/{id}/edit");
        let again = FormPage { page, action, title: item.title, option: item.option_label, form, photos, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let transaction = app.db.begin().await?;
    let mut row = review.into_active_model();
    row.rating = Set(rating);
    row.body = Set(form.body.trim().to_owned());
    row.edited_at = Set(Some(now()));
    row.update(&transaction).await?;
    let gone = review_photos::Column::MediaId.is_in(removed.iter().copied());
    review_photos::Entity::delete_many().filter(gone).exec(&transaction).await?;
    pictures::discard(&transaction, &removed).await?;
    attach(&transaction, id, photos.len(), &stored).await?;
    transaction.commit().await?;
    Ok(flash(&safe_next(Some(&form.next), "/reviews"), "flash-saved"))
}

/// Whoever deletes their own may write another.
async fn delete(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    own(&app, &current, id).await?;
    let transaction = app.db.begin().await?;
    erase(&transaction, &[id]).await?;
    transaction.commit().await?;
    Ok(flash(&back.to("/reviews"), "flash-review-deleted"))
}

/// With their photos. Also when their author leaves.
pub(super) async fn erase(db: &impl sea_orm::ConnectionTrait, reviews: &[i64]) -> Result<(), sea_orm::DbErr> {
    let of_them = review_photos::Column::ReviewId.is_in(reviews.iter().copied());
    let photos = review_photos::Entity::find().filter(of_them.clone()).all(db).await?;
    let media: Vec<i64> = photos.into_iter().map(|photo| photo.media_id).collect();
    review_photos::Entity::delete_many().filter(of_them).exec(db).await?;
    Entity::delete_many().filter(crate::entities::reviews::Column::Id.is_in(reviews.iter().copied())).exec(db).await?;
    pictures::discard(db, &media).await
}
