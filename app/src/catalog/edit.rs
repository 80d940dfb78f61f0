//! A seller's workbench: a new product, and everything of one that there is. Details, pictures, options and variants
//! are forms of their own on one page, so that a mistake in one loses nothing of the others.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    TransactionTrait,
};

use super::categories::{self, Category};
use super::form::{self, MAX_STOCK, ProductForm};
use super::mine::own;
use super::options::{self, OptionsForm};
use super::pictures::MOST;
use super::shelf::{self, Picture};
use super::variants::VariantLine;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, ItemCondition, ProductStatus, TradeMode};
use crate::entities::{broadcast_products, broadcasts, products};
use crate::web::flash::flash;
use crate::web::{Errors, Html, Outcome, Page, Seller, Visitor, audit};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sell/products/new", get(new).post(create)).route("/sell/products/{id}", get(edit).post(save))
}

#[derive(Template)]
#[template(path = "catalog/new.html")]
struct New {
    page: Page,
    form: ProductForm,
    categories: Vec<Category>,
    errors: Errors,
}

/// A broadcast that shows or will show the product, with its price there.
#[derive(Clone, Debug)]
struct Shown {
    broadcast: broadcasts::Model,
    live_price: Option<i64>,
}

#[derive(Template)]
#[template(path = "catalog/edit.html")]
pub(super) struct Workbench {
    page: Page,
    product: products::Model,
    pub(super) form: ProductForm,
    pub(super) options: OptionsForm,
    pub(super) variants: Vec<VariantLine>,
    categories: Vec<Category>,
    pictures: Vec<Picture>,
    shown: Vec<Shown>,
    pub(super) errors: Errors,
}

/// What both templates ask for.
macro_rules! choices {
    ($page:ty) => {
        impl $page {
            fn modes(&self) -> [TradeMode; 3] {
                form::modes()
            }

            fn conditions(&self) -> [ItemCondition; 3] {
                form::conditions()
            }
        }
    };
}
choices!(New);
choices!(Workbench);

impl Workbench {
    /// As it is stored; handlers put in what was typed.
    pub(super) async fn load(app: &App, page: Page, product: products::Model) -> Outcome<Self> {
        let shown = broadcast_products::Entity::find()
            .find_also_related(broadcasts::Entity)
            .filter(broadcast_products::Column::ProductId.eq(product.id))
            .filter(broadcasts::Column::Status.is_in([BroadcastStatus::Preparing, BroadcastStatus::Live]))
            .order_by_desc(broadcasts::Column::Id)
            .limit(20)
            .all(&app.db)
            .await?;
        let line = |(entry, broadcast): (broadcast_products::Model, Option<broadcasts::Model>)| {
            Some(Shown { live_price: entry.live_price, broadcast: broadcast? })
        };
        let choices = shelf::choices(&app.db, product.id, product.price).await?;
        Ok(Self {
            form: ProductForm::of(&product),
            options: OptionsForm::of(&shelf::options(&app.db, product.id).await?),
            variants: choices.into_iter().map(VariantLine::of).collect(),
            categories: categories::all(&app.db, page.lang).await?,
            pictures: shelf::pictures(&app.db, product.id).await?,
            shown: shown.into_iter().filter_map(line).collect(),
            errors: Errors::new(page.lang),
            product,
            page,
        })
    }

    pub(super) fn again(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Html(self)).into_response()
    }

    fn can_publish(&self) -> bool {
        matches!(self.product.status, ProductStatus::Draft | ProductStatus::Hidden)
    }

    fn is_on_sale(&self) -> bool {
        self.product.status == ProductStatus::OnSale
    }

    fn is_cover(&self, media_id: &i64) -> bool {
        self.product.cover_media_id == Some(*media_id)
    }

    fn more_pictures(&self) -> bool {
        self.pictures.len() < MOST
    }
}

async fn new(State(app): State<AppState>, _seller: Seller, page: Page) -> Outcome<impl IntoResponse> {
    let (categories, errors) = (categories::all(&app.db, page.lang).await?, Errors::new(page.lang));
    Ok(Html(New { page, form: ProductForm::empty(), categories, errors }))
}

async fn create(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Form(form): Form<ProductForm>,
) -> Outcome<Response> {
    let mut errors = Errors::new(page.lang);
    let quantity = errors.number("quantity", &form.quantity, 0, MAX_STOCK);
    let (Some(checked), Some(quantity)) = (form.check(&app.db, &mut errors).await?, quantity) else {
        let categories = categories::all(&app.db, page.lang).await?;
        let again = New { page, form, categories, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    };
    let transaction = app.db.begin().await?;
    let mut row = products::ActiveModel {
        seller_id: Set(seller.id()),
        status: Set(ProductStatus::Draft),
        created_at: Set(now()),
        ..Default::default()
    };
    form.write(&checked, &mut row);
    let id = row.insert(&transaction).await?.id;
    options::add_variant(&transaction, id, "", 0, quantity).await?;
    audit::record(&transaction, &visitor, Some(seller.id()), "product.create", ("product", id), "").await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/products/{id}"), "flash-product-created"))
}

async fn edit(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<impl IntoResponse> {
    let product = own(&app, &seller, id).await?;
    Ok(Html(Workbench::load(&app, page, product).await?))
}

async fn save(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<ProductForm>,
) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    let mut errors = Errors::new(page.lang);
    let Some(checked) = form.check(&app.db, &mut errors).await? else {
        let mut again = Workbench::load(&app, page, product).await?;
        (again.form, again.errors) = (form, errors);
        return Ok(again.again());
    };
    let mut row = product.into_active_model();
    form.write(&checked, &mut row);
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "product.save", ("product", id), "").await?;
    Ok(flash(&format!("/sell/products/{id}"), "flash-saved"))
}
