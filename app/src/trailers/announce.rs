//! Announcing a broadcast, and changing what was announced.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QueryOrder, Set};

use super::form::{Checked, TrailerForm, products_of};
use super::mine::own;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{MediaPurpose, TrailerStatus};
use crate::entities::trailers::{ActiveModel, Model};
use crate::entities::{categories, products};
use crate::i18n::Lang;
use crate::media::{pictures, uploads};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{Errors, Failure, Html, Outcome, Page, Parts, Seller, Visitor, audit};

const LIMIT: Limit = Limit::per_minutes("trailer", 30, 60);

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/trailers/new", get(new).post(create))
        .route("/sell/trailers/{id}", get(edit).post(save))
        .layer(DefaultBodyLimit::max(pictures::MAX_BYTES + 64 * 1024))
}

#[derive(Template)]
#[template(path = "trailers/form.html")]
struct FormPage {
    page: Page,
    /// Of the trailer that is changed.
    id: Option<i64>,
    form: TrailerForm,
    categories: Vec<categories::Model>,
    products: Vec<products::Model>,
    errors: Errors,
    /// Of videos: what the file field takes, and the message that says so.
    accept: &'static str,
    hint: &'static str,
}

impl FormPage {
    async fn load(
        app: &App,
        page: Page,
        seller: &Seller,
        id: Option<i64>,
        form: TrailerForm,
        errors: Errors,
    ) -> Outcome<Self> {
        let categories = categories::Entity::find().order_by_asc(categories::Column::Position).all(&app.db).await?;
        let products = products_of(&app.db, seller.id()).await?;
        let (accept, hint) = uploads::accepted(app);
        Ok(Self { page, id, form, categories, products, errors, accept, hint })
    }

    fn again(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Html(self)).into_response()
    }

    fn name<'a>(&self, category: &'a categories::Model) -> &'a str {
        if self.page.lang == Lang::Ko { &category.name_ko } else { &category.name_en }
    }

    fn is(&self, chosen: &str, id: &i64) -> bool {
        chosen == id.to_string()
    }
}

async fn new(State(app): State<AppState>, seller: Seller, page: Page) -> Outcome<impl IntoResponse> {
    let errors = Errors::new(page.lang);
    Ok(Html(FormPage::load(&app, page, &seller, None, TrailerForm::empty(), errors).await?))
}

async fn create(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    parts: Parts,
) -> Outcome<Response> {
    let form = TrailerForm::new(&parts);
    let mut errors = Errors::new(page.lang);
    let checked = form.check(&app.db, seller.id(), None, &mut errors).await?;
    let image = match checked {
        Some(_) => image(&app, &seller, &form, &mut errors).await?,
        None => None,
    };
    let (Some(checked), true) = (checked, errors.is_empty()) else {
        return Ok(FormPage::load(&app, page, &seller, None, form, errors).await?.again());
    };
    let mut row = ActiveModel {
        seller_id: Set(seller.id()),
        image_media_id: Set(image),
        status: Set(TrailerStatus::Announced),
        created_at: Set(now()),
        ..Default::default()
    };
    write(&mut row, &form, &checked);
    let id = row.insert(&app.db).await?.id;
    audit::record(&app.db, &visitor, Some(seller.id()), "trailer.announce", ("trailer", id), "").await?;
    Ok(flash("/sell/trailers", "flash-trailer-announced"))
}

/// The stored picture, where one was sent.
async fn image(app: &App, seller: &Seller, form: &TrailerForm, errors: &mut Errors) -> Outcome<Option<i64>> {
    LIMIT.hit(&app.db, &seller.id().to_string()).await?;
    let Some(sent) = form.image.clone() else { return Ok(None) };
    match pictures::keep(app, seller.id(), MediaPurpose::TrailerImage, sent).await? {
        Ok(media) => Ok(Some(media.id)),
        Err(unfit) => {
            errors.add("image", unfit);
            Ok(None)
        }
    }
}

fn write(row: &mut ActiveModel, form: &TrailerForm, checked: &Checked) {
    row.title = Set(form.title.trim().to_owned());
    row.description = Set(form.description.trim().to_owned());
    row.category_id = Set(checked.category_id);
    row.product_id = Set(checked.product_id);
    row.price = Set(checked.price);
    row.starts_at = Set(checked.starts_at);
    row.video_media_id = Set(checked.video_media_id);
    row.updated_at = Set(now());
}

/// What has begun or was taken back stays as it was.
async fn changeable(app: &App, seller: &Seller, id: i64) -> Outcome<Model> {
    let trailer = own(app, seller, id).await?;
    if trailer.status == TrailerStatus::Announced { Ok(trailer) } else { Err(Failure::Conflict("live-error-trailer")) }
}

async fn edit(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<impl IntoResponse> {
    let trailer = changeable(&app, &seller, id).await?;
    let errors = Errors::new(page.lang);
    Ok(Html(FormPage::load(&app, page, &seller, Some(id), TrailerForm::of(&trailer), errors).await?))
}

async fn save(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    parts: Parts,
) -> Outcome<Response> {
    let trailer = changeable(&app, &seller, id).await?;
    let form = TrailerForm::new(&parts);
    let mut errors = Errors::new(page.lang);
    let checked = form.check(&app.db, seller.id(), Some(trailer.starts_at), &mut errors).await?;
    let image = match checked {
        Some(_) => image(&app, &seller, &form, &mut errors).await?,
        None => None,
    };
    let (Some(checked), true) = (checked, errors.is_empty()) else {
        return Ok(FormPage::load(&app, page, &seller, Some(id), form, errors).await?.again());
    };
    let old_video = trailer.video_media_id;
    let mut row = trailer.into_active_model();
    write(&mut row, &form, &checked);
    if image.is_some() {
        row.image_media_id = Set(image);
    }
    row.update(&app.db).await?;
    // A broadcast that was planned from it may show the picture, so only the video goes.
    let replaced = old_video.filter(|video| checked.video_media_id != Some(*video));
    pictures::discard(&app.db, &replaced.into_iter().collect::<Vec<_>>()).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "trailer.save", ("trailer", id), "").await?;
    Ok(flash("/sell/trailers", "flash-saved"))
}
