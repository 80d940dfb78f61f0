//! A product's page, with what members say of it (`templates/catalog/community.html`).

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::EntityTrait;

use super::categories::{self, Category};
use super::shelf::{self, Choice, LiveOffer, OptionLine, Picture};
use crate::app::AppState;
use crate::entities::enums::{ProductStatus, TradeMode};
use crate::entities::products;
use crate::reviews::list::{Listing, Of, listing};
use crate::social::sellers::{self, Face};
use crate::social::wishes;
use crate::web::paging::PageQuery;
use crate::web::{Failure, Html, Outcome, Page};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/products/{id}", get(show))
}

#[derive(Template)]
#[template(path = "catalog/show.html")]
struct Show {
    page: Page,
    product: products::Model,
    category: Option<Category>,
    pictures: Vec<Picture>,
    options: Vec<OptionLine>,
    choices: Vec<Choice>,
    offer: Option<LiveOffer>,
    seller: Face,
    /// Why it cannot be bought: it is looked at by its seller or an admin before or after its time.
    preview: bool,
    mine: bool,
    wished: bool,
    /// The newest; the rest has a page of its own.
    reviews: Listing,
}

/// As many reviews as stand on the product's page.
const REVIEWS: u64 = 3;

impl Show {
    fn price(&self) -> i64 {
        self.offer.as_ref().map_or(self.product.price, |offer| offer.price)
    }

    fn available(&self) -> i64 {
        self.choices.iter().map(|choice| choice.stock.available).sum()
    }

    fn saving(&self) -> i64 {
        if self.product.price > 0 { (self.product.price - self.price()) * 100 / self.product.price } else { 0 }
    }

    fn is_direct(&self) -> bool {
        self.product.trade_mode == TradeMode::Direct
    }

    /// The first that can be bought.
    fn is_first(&self, choice: &Choice) -> bool {
        let first = self.choices.iter().find(|choice| choice.stock.available > 0);
        first.is_some_and(|first| first.variant.id == choice.variant.id)
    }
}

async fn show(State(app): State<AppState>, page: Page, Path(id): Path<i64>) -> Outcome<impl IntoResponse> {
    let product = products::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let mine = page.member.as_ref().is_some_and(|member| member.id == product.seller_id);
    let preview = product.status != ProductStatus::OnSale;
    if preview && !mine && !page.is_admin() {
        return Err(Failure::NotTheirs);
    }
    let offer = shelf::live_offer(&app.db, &product).await?;
    let base = offer.as_ref().map_or(product.price, |offer| offer.price);
    let mut choices = shelf::choices(&app.db, id, base).await?;
    choices.retain(|choice| choice.variant.active);
    let all = categories::all(&app.db, page.lang).await?;
    let seller = match sellers::faces(&app.db, &[product.seller_id]).await?.remove(&product.seller_id) {
        Some(face) => face,
        None => {
            let name = sellers::name(&app.db, product.seller_id).await?;
            Face { id: product.seller_id, name, ..Face::default() }
        }
    };
    let reader = page.member.as_ref().map(|member| member.id);
    let wished = match reader {
        Some(member) => wishes::is_wished(&app.db, member, id).await?,
        None => false,
    };
    Ok(Html(Show {
        wished,
        reviews: listing(&app.db, Of::Product(id), reader, PageQuery::default(), REVIEWS).await?,
        category: all.into_iter().find(|category| Some(category.id) == product.category_id),
        pictures: gallery(&app, &product).await?,
        options: shelf::options(&app.db, id).await?,
        choices,
        offer,
        seller,
        preview,
        mine,
        page,
        product,
    }))
}

/// The cover alone, where a product has it and no list of pictures.
async fn gallery(app: &crate::app::App, product: &products::Model) -> Outcome<Vec<Picture>> {
    let pictures = shelf::pictures(&app.db, product.id).await?;
    if !pictures.is_empty() {
        return Ok(pictures);
    }
    let Some(cover) = product.cover_media_id else { return Ok(pictures) };
    let cover = crate::entities::media::Entity::find_by_id(cover).one(&app.db).await?;
    let picture = cover.and_then(|media| {
        Some(Picture { id: 0, media_id: media.id, url: media.public_url?, alt: product.title.clone() })
    });
    Ok(picture.into_iter().collect())
}
