//! Comments below a trailer. Pages that are open are told that something changed and fetch the list again, so what they
//! show is what the database has, however many messages were lost on the way.

use std::convert::Infallible;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::Stream;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use serde::Deserialize;

use super::show::{Draft, Show, visible};
use crate::app::{App, AppState};
use crate::chat::words;
use crate::db::now;
use crate::entities::trailer_comments::{ActiveModel, Column, Entity, Model};
use crate::entities::{members, trailers};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Visitor, audit};

const SIZE: u64 = 50;
const LONGEST: usize = 500;
const LIMIT: Limit = Limit::per_minutes("trailer-comment", 10, 1);

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/trailers/{id}/comments", get(partial).post(write))
        .route("/trailers/{id}/comments/{comment}", post(edit))
        .route("/trailers/{id}/comments/{comment}/delete", post(delete))
        .route("/api/trailers/{id}/changes", get(changes))
}

/// A comment as its reader sees it.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) id: i64,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) at: DateTime<Utc>,
    pub(super) edited: bool,
    /// The seller's of the trailer.
    pub(super) seller: bool,
    pub(super) mine: bool,
    pub(super) deletable: bool,
}

/// Newest first.
pub(super) async fn of(
    app: &App,
    trailer: &trailers::Model,
    page: &Page,
    wanted: PageQuery,
) -> Outcome<Paged<Comment>> {
    let find = Entity::find()
        .filter(Column::TrailerId.eq(trailer.id))
        .filter(Column::DeletedAt.is_null())
        .order_by_desc(Column::Id);
    let rows = paginate(&app.db, find, wanted, SIZE).await?;
    let authors = members::Entity::find()
        .filter(members::Column::Id.is_in(rows.items.iter().map(|row| row.member_id)))
        .all(&app.db)
        .await?;
    let reader = page.member.as_ref().map(|member| member.id);
    let line = |row: Model| {
        let author = authors.iter().find(|member| member.id == row.member_id);
        let mine = reader == Some(row.member_id);
        Comment {
            id: row.id,
            author: author.map(|member| member.nickname.clone()).unwrap_or_default(),
            body: row.body,
            at: row.created_at,
            edited: row.edited_at.is_some(),
            seller: row.member_id == trailer.seller_id,
            mine,
            deletable: mine || reader == Some(trailer.seller_id) || page.is_admin(),
        }
    };
    Ok(rows.map(line))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CommentForm {
    body: String,
}

impl CommentForm {
    async fn check(&self, app: &App, page: &Page, seller_id: i64) -> Outcome<Errors> {
        let mut errors = Errors::new(page.lang);
        errors.required("body", &self.body, LONGEST);
        let banned = words::of(&app.db, seller_id).await?;
        if words::contains_any(&self.body, banned.iter().map(|word| word.word.as_str())) {
            errors.add("body", "chat-error-banned-word");
        }
        Ok(errors)
    }
}

#[derive(Template)]
#[template(path = "trailers/comments.html")]
struct Partial {
    page: Page,
    base: String,
    comments: Paged<Comment>,
    draft: Draft,
    errors: Errors,
}

/// The list alone, for the page's script.
async fn partial(State(app): State<AppState>, page: Page, Path(id): Path<i64>) -> Outcome<impl IntoResponse> {
    let trailer = visible(&app, &page, id).await?;
    let comments = of(&app, &trailer, &page, PageQuery::default()).await?;
    let (base, errors) = (format!("/trailers/{id}"), Errors::new(page.lang));
    Ok(Html(Partial { page, base, comments, draft: Draft::default(), errors }))
}

async fn write(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
    Form(form): Form<CommentForm>,
) -> Outcome<Response> {
    let trailer = visible(&app, &page, id).await?;
    let errors = form.check(&app, &page, trailer.seller_id).await?;
    if !errors.is_empty() {
        let draft = Draft { id: None, body: form.body };
        return Ok(Show::load(&app, page, trailer, PageQuery::default()).await?.again(draft, errors));
    }
    LIMIT.hit(&app.db, &current.id().to_string()).await?;
    let row = ActiveModel {
        trailer_id: Set(id),
        member_id: Set(current.id()),
        body: Set(form.body.trim().to_owned()),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    tell(&app, id).await;
    Ok(flash(&format!("/trailers/{id}#comments"), "flash-comment-written"))
}

async fn find(app: &App, trailer: i64, comment: i64) -> Outcome<Model> {
    let found = Entity::find_by_id(comment)
        .filter(Column::TrailerId.eq(trailer))
        .filter(Column::DeletedAt.is_null())
        .one(&app.db)
        .await?;
    found.ok_or(Failure::NotFound)
}

async fn edit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path((id, comment)): Path<(i64, i64)>,
    Form(form): Form<CommentForm>,
) -> Outcome<Response> {
    let trailer = visible(&app, &page, id).await?;
    let comment = find(&app, id, comment).await?;
    current.owns(comment.member_id)?;
    let errors = form.check(&app, &page, trailer.seller_id).await?;
    if !errors.is_empty() {
        let draft = Draft { id: Some(comment.id), body: form.body };
        return Ok(Show::load(&app, page, trailer, PageQuery::default()).await?.again(draft, errors));
    }
    LIMIT.hit(&app.db, &current.id().to_string()).await?;
    let mut row = comment.into_active_model();
    row.body = Set(form.body.trim().to_owned());
    row.edited_at = Set(Some(now()));
    row.update(&app.db).await?;
    tell(&app, id).await;
    Ok(flash(&format!("/trailers/{id}#comments"), "flash-saved"))
}

/// By its author, by the trailer's seller, by the operator. What it said is gone too.
async fn delete(
    State(app): State<AppState>,
    current: CurrentMember,
    visitor: Visitor,
    page: Page,
    Path((id, comment)): Path<(i64, i64)>,
) -> Outcome<Response> {
    let trailer = visible(&app, &page, id).await?;
    let comment = find(&app, id, comment).await?;
    if current.id() != trailer.seller_id {
        current.owns_or_admin(comment.member_id)?;
    }
    Entity::update_many()
        .col_expr(Column::Body, Expr::value(""))
        .col_expr(Column::DeletedAt, Expr::value(now()))
        .filter(Column::Id.eq(comment.id))
        .exec(&app.db)
        .await?;
    if current.id() != comment.member_id {
        let subject = ("comment", comment.id);
        audit::record(&app.db, &visitor, Some(current.id()), "comment.delete", subject, "").await?;
    }
    tell(&app, id).await;
    Ok(flash(&format!("/trailers/{id}#comments"), "flash-comment-deleted"))
}

fn topic(id: i64) -> String {
    format!("trailer:{id}")
}

/// Not being able to tell loses nothing: whoever opens the page sees it.
async fn tell(app: &App, id: i64) {
    if let Err(error) = app.bus.publish(&topic(id), Bytes::from_static(b"changed")).await {
        tracing::warn!(error = format!("{error:#}"), "a change of comments was not told of");
    }
}

async fn changes(
    State(app): State<AppState>,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    visible(&app, &page, id).await?;
    let (news, stop) = (app.bus.subscribe(&topic(id)), app.stop.clone());
    let stream = futures::stream::unfold((news, stop), |(mut news, stop)| async move {
        tokio::select! {
            // Whoever missed something looks as well.
            _ = news.next() => Some((Ok(Event::default().data("changed")), (news, stop))),
            () = stop.cancelled() => None,
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}
