//! Words that are banned everywhere; sellers have lists of their own for their broadcasts.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::banned_words::{ActiveModel, Column, Entity, Model};
use crate::web::flash::flash;
use crate::web::{Admin, Errors, Failure, Html, Outcome, Page, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/words", get(show).post(add)).route("/admin/words/{id}/delete", post(delete))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WordForm {
    word: String,
}

#[derive(Template)]
#[template(path = "admin/words.html")]
struct WordsPage {
    page: Page,
    words: Vec<Model>,
    form: WordForm,
    errors: Errors,
}

async fn all(app: &App) -> Outcome<Vec<Model>> {
    Ok(Entity::find().filter(Column::SellerId.is_null()).order_by_asc(Column::Word).all(&app.db).await?)
}

async fn show(State(app): State<AppState>, _: Admin, page: Page) -> Outcome<impl IntoResponse> {
    let errors = Errors::new(page.lang);
    Ok(Html(WordsPage { page, words: all(&app).await?, form: WordForm::default(), errors }))
}

async fn add(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Form(form): Form<WordForm>,
) -> Outcome<Response> {
    let word = form.word.trim().to_lowercase();
    let mut errors = Errors::new(page.lang);
    errors.required("word", &word, 60);
    // Nulls are not equal to each other, so the index does not tell.
    let known = Column::SellerId.is_null();
    if Entity::find().filter(known).filter(Column::Word.eq(word.as_str())).count(&app.db).await? > 0 {
        errors.add("word", "words-known");
    }
    if !errors.is_empty() {
        let again = WordsPage { page, words: all(&app).await?, form, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let row = ActiveModel { seller_id: Set(None), word: Set(word), created_at: Set(now()), ..Default::default() };
    let row = row.insert(&app.db).await?;
    audit::record(&app.db, &visitor, Some(admin.0.id()), "word.ban", ("word", row.id), &row.word).await?;
    Ok(flash("/admin/words", "flash-saved"))
}

async fn delete(State(app): State<AppState>, admin: Admin, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    let row = Entity::find_by_id(id).filter(Column::SellerId.is_null()).one(&app.db).await?;
    let row = row.ok_or(Failure::NotFound)?;
    Entity::delete_by_id(id).exec(&app.db).await?;
    audit::record(&app.db, &visitor, Some(admin.0.id()), "word.allow", ("word", id), &row.word).await?;
    Ok(flash("/admin/words", "flash-deleted"))
}
