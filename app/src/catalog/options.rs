//! Options ("colour: white, blue") and the variants that follow from them: one for each combination.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use axum_extra::extract::Form;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set,
    TransactionTrait,
};
use serde::Deserialize;

use super::edit::Workbench;
use super::mine::own;
use super::shelf::OptionLine;
use crate::app::AppState;
use crate::db::now;
use crate::entities::{product_option_values, product_options, stock, variant_values, variants};
use crate::web::flash::flash;
use crate::web::{Errors, Outcome, Page, Seller, Visitor, audit};

/// Combinations that a page can still show.
const MOST: usize = 60;
const VALUES: usize = 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sell/products/{id}/options", post(save))
}

/// Values with commas between them, as sellers write them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OptionsForm {
    pub name_1: String,
    pub values_1: String,
    pub name_2: String,
    pub values_2: String,
}

impl OptionsForm {
    pub(super) fn of(lines: &[OptionLine]) -> Self {
        let name = |index: usize| lines.get(index).map(|line| line.name.clone()).unwrap_or_default();
        let values = |index: usize| lines.get(index).map(|line| line.values.join(", ")).unwrap_or_default();
        Self { name_1: name(0), values_1: values(0), name_2: name(1), values_2: values(1) }
    }

    fn check(&self, errors: &mut Errors) -> Vec<OptionLine> {
        let fields = [
            ("name_1", &self.name_1, "values_1", &self.values_1),
            ("name_2", &self.name_2, "values_2", &self.values_2),
        ];
        let mut lines: Vec<OptionLine> = Vec::new();
        for (name_field, name, values_field, typed) in fields {
            let (name, values) = (name.trim().to_owned(), split(typed));
            if name.is_empty() && values.is_empty() {
                continue;
            }
            errors.required(name_field, &name, 40);
            if lines.iter().any(|line| line.name == name) {
                errors.add(name_field, "product-option-twice");
            }
            if values.is_empty() {
                errors.add(values_field, "form-required");
            }
            if values.len() > VALUES {
                errors.add_with(values_field, "product-too-many-values", &[("max", VALUES.to_string())]);
            }
            for value in &values {
                errors.optional(values_field, value, 60);
                // The titles of variants are made with it.
                if value.contains(" / ") {
                    errors.add(values_field, "product-value-slash");
                }
            }
            lines.push(OptionLine { name, values });
        }
        if lines.iter().map(|line| line.values.len()).product::<usize>() > MOST {
            errors.add_with("values_1", "product-too-many-variants", &[("max", MOST.to_string())]);
        }
        lines
    }
}

/// Without spaces around, without empty ones, none twice.
fn split(text: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in text.split([',', '，', '、', '\n']).map(str::trim).filter(|value| !value.is_empty()) {
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

/// Without options: the one combination that says nothing.
fn combinations(lines: &[OptionLine]) -> Vec<Vec<usize>> {
    lines.iter().fold(vec![Vec::new()], |made, line| {
        made.iter()
            .flat_map(|start| {
                (0..line.values.len()).map(|value| {
                    let mut longer = start.clone();
                    longer.push(value);
                    longer
                })
            })
            .collect()
    })
}

async fn save(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<OptionsForm>,
) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    let mut errors = Errors::new(page.lang);
    let lines = form.check(&mut errors);
    if !errors.is_empty() {
        let mut again = Workbench::load(&app, page, product).await?;
        (again.options, again.errors) = (form, errors);
        return Ok(again.again());
    }
    let transaction = app.db.begin().await?;
    replace(&transaction, id, &lines).await?;
    audit::record(&transaction, &visitor, Some(seller.id()), "product.options", ("product", id), "").await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/products/{id}#variants"), "flash-options-saved"))
}

/// What was sold stays what it was: a variant of which there is no combination any more can only not be chosen, and
/// one that comes back comes back with its stock.
pub async fn replace(db: &impl ConnectionTrait, product_id: i64, lines: &[OptionLine]) -> Result<(), DbErr> {
    let known = variants::Entity::find().filter(variants::Column::ProductId.eq(product_id)).all(db).await?;
    variant_values::Entity::delete_many()
        .filter(variant_values::Column::VariantId.is_in(known.iter().map(|variant| variant.id)))
        .exec(db)
        .await?;
    let old = product_options::Entity::find().filter(product_options::Column::ProductId.eq(product_id)).all(db).await?;
    let old: Vec<i64> = old.into_iter().map(|option| option.id).collect();
    product_option_values::Entity::delete_many()
        .filter(product_option_values::Column::OptionId.is_in(old.clone()))
        .exec(db)
        .await?;
    product_options::Entity::delete_many().filter(product_options::Column::Id.is_in(old)).exec(db).await?;
    variants::Entity::update_many()
        .col_expr(variants::Column::Active, Expr::value(false))
        .filter(variants::Column::ProductId.eq(product_id))
        .exec(db)
        .await?;
    let mut ids: Vec<Vec<i64>> = Vec::new();
    for (position, line) in (0..).zip(lines) {
        ids.push(add_option(db, product_id, position, line).await?);
    }
    for (position, combination) in (0..).zip(combinations(lines)) {
        let labels: Vec<&str> = lines
            .iter()
            .zip(&combination)
            .filter_map(|(line, value)| line.values.get(*value))
            .map(String::as_str)
            .collect();
        let title = labels.join(" / ");
        let variant = match known.iter().find(|variant| variant.title == title) {
            Some(variant) => {
                let mut row = variant.clone().into_active_model();
                row.position = Set(position);
                row.active = Set(true);
                row.update(db).await?.id
            }
            None => add_variant(db, product_id, &title, position, 0).await?,
        };
        for value in ids.iter().zip(&combination).filter_map(|(option, value)| option.get(*value)) {
            let row =
                variant_values::ActiveModel { variant_id: Set(variant), value_id: Set(*value), ..Default::default() };
            row.insert(db).await?;
        }
    }
    Ok(())
}

async fn add_option(
    db: &impl ConnectionTrait,
    product_id: i64,
    position: i32,
    line: &OptionLine,
) -> Result<Vec<i64>, DbErr> {
    let row = product_options::ActiveModel {
        product_id: Set(product_id),
        name: Set(line.name.clone()),
        position: Set(position),
        ..Default::default()
    };
    let option = row.insert(db).await?.id;
    let mut ids = Vec::with_capacity(line.values.len());
    for (position, value) in (0..).zip(&line.values) {
        let row = product_option_values::ActiveModel {
            option_id: Set(option),
            label: Set(value.clone()),
            position: Set(position),
            ..Default::default()
        };
        ids.push(row.insert(db).await?.id);
    }
    Ok(ids)
}

/// With its stock, without which nothing can be bought.
pub async fn add_variant(
    db: &impl ConnectionTrait,
    product_id: i64,
    title: &str,
    position: i32,
    quantity: i64,
) -> Result<i64, DbErr> {
    let row = variants::ActiveModel {
        product_id: Set(product_id),
        title: Set(title.to_owned()),
        price_difference: Set(0),
        position: Set(position),
        active: Set(true),
        ..Default::default()
    };
    let variant = row.insert(db).await?.id;
    let row = stock::ActiveModel {
        variant_id: Set(variant),
        initial: Set(quantity),
        restocked: Set(0),
        available: Set(quantity),
        reserved: Set(0),
        sold: Set(0),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.insert(db).await?;
    Ok(variant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, values: &str) -> OptionLine {
        OptionLine { name: name.to_owned(), values: split(values) }
    }

    #[test]
    fn values_are_told_apart_by_commas_of_any_kind() {
        assert_eq!(split(" white,blue ，white、\n, black "), ["white", "blue", "black"]);
        assert!(split(" , ,").is_empty());
    }

    #[test]
    fn every_combination_once() {
        assert_eq!(combinations(&[]), [Vec::<usize>::new()]);
        let made = combinations(&[line("a", "1,2"), line("b", "x,y,z")]);
        assert_eq!(made.len(), 6);
        assert_eq!((made.first(), made.last()), (Some(&vec![0, 0]), Some(&vec![1, 2])));
    }
}
