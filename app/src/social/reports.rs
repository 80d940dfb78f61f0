//! Reporting what should not be there: one form for all kinds. Admins decide (`admin::reports`).

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, Set};
use serde::Deserialize;

use super::Back;
use crate::app::AppState;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{ReportReason, ReportStatus, ReportSubject};
use crate::entities::reports::ActiveModel;
use crate::entities::{broadcasts, chat_messages, members, products, reviews, trailer_comments, trailers};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page};

const LIMIT: Limit = Limit::per_minutes("report", 20, 60);

pub fn routes() -> Router<AppState> {
    Router::new().route("/reports/{kind}/{id}", get(show).post(submit))
}

/// What a report is about: who is responsible for it, and its words.
#[derive(Clone, Debug)]
pub struct Subject {
    pub owner_id: i64,
    pub text: String,
    /// Where it can be seen.
    pub link: String,
}

/// None: there is no such thing, or not any more.
pub async fn subject(db: &impl ConnectionTrait, kind: ReportSubject, id: i64) -> Result<Option<Subject>, DbErr> {
    Ok(match kind {
        ReportSubject::Message => {
            chat_messages::Entity::find_by_id(id).one(db).await?.filter(|row| row.deleted_at.is_none()).map(|row| {
                Subject { owner_id: row.member_id, text: row.body, link: format!("/live/{}", row.broadcast_id) }
            })
        }
        ReportSubject::Comment => {
            trailer_comments::Entity::find_by_id(id).one(db).await?.filter(|row| row.deleted_at.is_none()).map(|row| {
                Subject { owner_id: row.member_id, text: row.body, link: format!("/trailers/{}", row.trailer_id) }
            })
        }
        ReportSubject::Review => {
            reviews::Entity::find_by_id(id).one(db).await?.filter(|row| row.deleted_at.is_none()).map(|row| Subject {
                owner_id: row.member_id,
                text: row.body,
                link: format!("/products/{}", row.product_id),
            })
        }
        ReportSubject::Member => members::Entity::find_by_id(id).one(db).await?.map(|row| Subject {
            owner_id: row.id,
            text: row.nickname,
            link: format!("/sellers/{}", row.id),
        }),
        ReportSubject::Product => products::Entity::find_by_id(id).one(db).await?.map(|row| Subject {
            owner_id: row.seller_id,
            text: row.title,
            link: format!("/products/{}", row.id),
        }),
        ReportSubject::Broadcast => broadcasts::Entity::find_by_id(id).one(db).await?.map(|row| Subject {
            owner_id: row.seller_id,
            text: row.title,
            link: format!("/live/{}", row.id),
        }),
        ReportSubject::Trailer => trailers::Entity::find_by_id(id).one(db).await?.map(|row| Subject {
            owner_id: row.seller_id,
            text: row.title,
            link: format!("/trailers/{}", row.id),
        }),
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    reason: String,
    details: String,
    next: String,
}

#[derive(Template)]
#[template(path = "social/report.html")]
struct ReportPage {
    page: Page,
    kind: ReportSubject,
    id: i64,
    subject: Subject,
    reasons: Vec<ReportReason>,
    form: ReportForm,
    errors: Errors,
}

fn kind_of(word: &str) -> Outcome<ReportSubject> {
    ReportSubject::iter().find(|kind| kind.word() == word).ok_or(Failure::NotFound)
}

async fn show(
    State(app): State<AppState>,
    _: CurrentMember,
    page: Page,
    Path((kind, id)): Path<(String, i64)>,
    Query(back): Query<Back>,
) -> Outcome<impl IntoResponse> {
    let kind = kind_of(&kind)?;
    let subject = subject(&app.db, kind, id).await?.ok_or(Failure::NotFound)?;
    let errors = Errors::new(page.lang);
    let form = ReportForm { next: back.to(&subject.link), ..ReportForm::default() };
    Ok(Html(ReportPage { page, kind, id, subject, reasons: ReportReason::iter().collect(), form, errors }))
}

async fn submit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path((kind, id)): Path<(String, i64)>,
    Form(form): Form<ReportForm>,
) -> Outcome<Response> {
    let kind = kind_of(&kind)?;
    let subject = subject(&app.db, kind, id).await?.ok_or(Failure::NotFound)?;
    let mut errors = Errors::new(page.lang);
    let reason = ReportReason::iter().find(|reason| reason.word() == form.reason);
    if reason.is_none() {
        errors.add("reason", "form-required");
    }
    errors.optional("details", &form.details, 1000);
    if reason == Some(ReportReason::Other) {
        errors.required("details", &form.details, 1000);
    }
    let (Some(reason), true) = (reason, errors.is_empty()) else {
        let reasons = ReportReason::iter().collect();
        let again = ReportPage { page, kind, id, subject, reasons, form, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    };
    LIMIT.hit(&app.db, &current.id().to_string()).await?;
    let row = ActiveModel {
        reporter_id: Set(current.id()),
        subject_kind: Set(kind),
        subject_id: Set(id),
        reason: Set(reason),
        details: Set(form.details.trim().to_owned()),
        status: Set(ReportStatus::Open),
        created_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&app.db).await {
        // Said once is enough.
        Err(error) if !is_unique_violation(&error) => return Err(error.into()),
        _ => {}
    }
    let back = crate::web::page::safe_next(Some(&form.next), &subject.link);
    Ok(flash(&back, "flash-reported"))
}
