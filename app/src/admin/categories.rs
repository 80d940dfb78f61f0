//! Categories of goods and broadcasts, two levels deep.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::is_unique_violation;
use crate::entities::categories::{ActiveModel, Column, Entity, Model};
use crate::entities::{broadcasts, products, trailers};
use crate::web::flash::flash;
use crate::web::{Admin, Errors, Failure, Html, Outcome, Page, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/categories", get(show).post(save)).route("/admin/categories/{id}/delete", post(delete))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CategoryForm {
    /// Empty: a new one.
    id: String,
    slug: String,
    name_ko: String,
    name_en: String,
    position: String,
    parent: String,
}

#[derive(Template)]
#[template(path = "admin/categories.html")]
struct CategoriesPage {
    page: Page,
    categories: Vec<Model>,
    form: CategoryForm,
    errors: Errors,
}

impl CategoriesPage {
    fn name_of(&self, id: &Option<i64>) -> &str {
        self.categories.iter().find(|category| Some(category.id) == *id).map_or("–", |category| &category.name_ko)
    }
}

#[derive(Deserialize)]
struct Edit {
    edit: Option<i64>,
}

async fn all(app: &App) -> Outcome<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Id).all(&app.db).await?)
}

async fn show(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(query): Query<Edit>,
) -> Outcome<impl IntoResponse> {
    let categories = all(&app).await?;
    let form = match query.edit {
        Some(id) => {
            let row = categories.iter().find(|category| category.id == id).ok_or(Failure::NotFound)?;
            CategoryForm {
                id: row.id.to_string(),
                slug: row.slug.clone(),
                name_ko: row.name_ko.clone(),
                name_en: row.name_en.clone(),
                position: row.position.to_string(),
                parent: row.parent_id.map(|id| id.to_string()).unwrap_or_default(),
            }
        }
        None => CategoryForm { position: (categories.len() + 1).to_string(), ..CategoryForm::default() },
    };
    let errors = Errors::new(page.lang);
    Ok(Html(CategoriesPage { page, categories, form, errors }))
}

async fn save(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CategoryForm>,
) -> Outcome<Response> {
    let categories = all(&app).await?;
    let find = |id: &str| id.parse().ok().and_then(|id: i64| categories.iter().find(|category| category.id == id));
    let old = find(&form.id);
    if old.is_none() && !form.id.is_empty() {
        return Err(Failure::NotFound);
    }
    let mut errors = Errors::new(page.lang);
    let slug = form.slug.trim();
    errors.required("slug", slug, 40);
    if !slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        errors.add("slug", "category-slug-hint");
    }
    if categories.iter().any(|other| other.slug == slug && Some(other.id) != old.map(|old| old.id)) {
        errors.add("slug", "category-slug-taken");
    }
    errors.required("name_ko", &form.name_ko, 60);
    errors.required("name_en", &form.name_en, 60);
    let position = errors.number("position", &form.position, 0, 100_000).unwrap_or_default();
    let parent = find(&form.parent);
    // Two levels: what has a parent or children of its own is no parent or child.
    let has_children = old.is_some_and(|old| categories.iter().any(|other| other.parent_id == Some(old.id)));
    let wrong_parent = match parent {
        Some(parent) => parent.parent_id.is_some() || has_children || Some(parent.id) == old.map(|old| old.id),
        None => !form.parent.is_empty(),
    };
    if wrong_parent {
        errors.add("parent", "category-two-levels");
    }
    if !errors.is_empty() {
        let again = CategoriesPage { page, categories, form, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let mut row = ActiveModel {
        parent_id: Set(parent.map(|parent| parent.id)),
        slug: Set(slug.to_owned()),
        name_ko: Set(form.name_ko.trim().to_owned()),
        name_en: Set(form.name_en.trim().to_owned()),
        position: Set(i32::try_from(position).unwrap_or_default()),
        ..Default::default()
    };
    let saved = match old {
        Some(old) => {
            row.id = Set(old.id);
            row.update(&app.db).await
        }
        None => row.insert(&app.db).await,
    };
    let saved = match saved {
        Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("category-slug-taken")),
        other => other?,
    };
    audit::record(&app.db, &visitor, Some(admin.0.id()), "category.save", ("category", saved.id), slug).await?;
    Ok(flash("/admin/categories", "flash-saved"))
}

/// Only one that nothing is in.
async fn delete(State(app): State<AppState>, admin: Admin, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    let db = &app.db;
    Entity::find_by_id(id).one(db).await?.ok_or(Failure::NotFound)?;
    let used = products::Entity::find().filter(products::Column::CategoryId.eq(id)).count(db).await?
        + trailers::Entity::find().filter(trailers::Column::CategoryId.eq(id)).count(db).await?
        + broadcasts::Entity::find().filter(broadcasts::Column::CategoryId.eq(id)).count(db).await?
        + Entity::find().filter(Column::ParentId.eq(id)).count(db).await?;
    if used > 0 {
        return Err(Failure::Conflict("category-used"));
    }
    Entity::delete_by_id(id).exec(db).await?;
    audit::record(db, &visitor, Some(admin.0.id()), "category.delete", ("category", id), "").await?;
    Ok(flash("/admin/categories", "flash-deleted"))
}
