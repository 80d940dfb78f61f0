//! Variants as their seller sees them: what each costs more or less, and its stock. Stock changes by differences, so
//! that units sold in between are not made up again.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use axum_extra::extract::Form;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, Set,
    TransactionTrait,
};

use super::edit::Workbench;
use super::form::{MAX_PRICE, MAX_STOCK};
use super::mine::own;
use super::shelf::{self, Choice};
use crate::app::AppState;
use crate::db::now;
use crate::entities::{stock, variants};
use crate::web::flash::flash;
use crate::web::{Failure, Outcome, Page, Seller, Visitor, audit};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sell/products/{id}/variants", post(save))
}

/// A variant in the form, with what was typed.
#[derive(Clone, Debug)]
pub(super) struct VariantLine {
    pub choice: Choice,
    pub difference: String,
    pub sku: String,
    /// Units that come in (or go out, with a minus).
    pub change: String,
    pub active: bool,
    pub problem: Option<&'static str>,
}

impl VariantLine {
    pub(super) fn of(choice: Choice) -> Self {
        Self {
            difference: choice.variant.price_difference.to_string(),
            sku: choice.variant.sku.clone().unwrap_or_default(),
            change: String::new(),
            active: choice.variant.active,
            problem: None,
            choice,
        }
    }

    fn number(text: &str, most: i64) -> Option<i64> {
        let text = text.trim().replace(',', "");
        if text.is_empty() { Some(0) } else { text.parse().ok().filter(|number: &i64| (-most..=most).contains(number)) }
    }

    fn price_difference(&self) -> Option<i64> {
        Self::number(&self.difference, MAX_PRICE)
    }

    fn units(&self) -> Option<i64> {
        Self::number(&self.change, MAX_STOCK)
    }

    fn check(&mut self, base: i64) {
        let price = self.price_difference().map(|difference| base + difference);
        self.problem = if price.is_none_or(|price| price < 0) {
            Some("variant-price-wrong")
        } else if self.sku.chars().count() > 60 || self.sku.chars().any(char::is_control) {
            Some("variant-sku-wrong")
        } else if self.units().is_none_or(|units| self.choice.stock.available + units < 0) {
            Some("variant-stock-wrong")
        } else {
            None
        };
    }
}

async fn save(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    let typed = |name: &str, variant: i64| {
        let name = format!("{name}-{variant}");
        fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.trim().to_owned())
    };
    // Only the product's own variants are looked for: other numbers in the form mean nothing.
    let read = |choice: Choice| {
        let variant = choice.variant.id;
        // One that was not in the form (made meanwhile) stays as it is.
        let sent = typed("difference", variant).is_some();
        let mut line = VariantLine::of(choice);
        if sent {
            line.difference = typed("difference", variant).unwrap_or_default();
            line.sku = typed("sku", variant).unwrap_or_default();
            line.change = typed("change", variant).unwrap_or_default();
            line.active = typed("active", variant).is_some();
            line.check(product.price);
        }
        line
    };
    let lines: Vec<VariantLine> = shelf::choices(&app.db, id, product.price).await?.into_iter().map(read).collect();
    if lines.iter().any(|line| line.problem.is_some()) {
        let mut again = Workbench::load(&app, page, product).await?;
        again.errors.add("form", "form-please-check");
        again.variants = lines;
        return Ok(again.again());
    }
    let transaction = app.db.begin().await?;
    for line in &lines {
        write(&transaction, line).await?;
    }
    audit::record(&transaction, &visitor, Some(seller.id()), "product.variants", ("product", id), "").await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/products/{id}#variants"), "flash-saved"))
}

async fn write(db: &impl ConnectionTrait, line: &VariantLine) -> Outcome<()> {
    let (difference, units) = (line.price_difference().unwrap_or_default(), line.units().unwrap_or_default());
    let id = line.choice.variant.id;
    let mut row = line.choice.variant.clone().into_active_model();
    row.price_difference = Set(difference);
    row.sku = Set(Some(line.sku.clone()).filter(|sku| !sku.is_empty()));
    row.active = Set(line.active);
    if row.is_changed() {
        variants::Entity::update(row).exec(db).await?;
    }
    if units == 0 {
        return Ok(());
    }
    let more = |column: stock::Column| Expr::col(column).add(units);
    let changed = stock::Entity::update_many()
        .col_expr(stock::Column::Available, more(stock::Column::Available))
        .col_expr(stock::Column::Restocked, more(stock::Column::Restocked))
        .col_expr(stock::Column::UpdatedAt, Expr::value(now()))
        .filter(stock::Column::VariantId.eq(id))
        .filter(stock::Column::Available.gte(-units))
        .exec(db)
        .await?;
    // Somebody bought in between.
    if changed.rows_affected == 1 { Ok(()) } else { Err(Failure::Conflict("variant-stock-wrong")) }
}
