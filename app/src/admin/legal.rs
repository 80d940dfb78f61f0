//! Announcing new versions of the legal documents: 7 days before they hold, adverse ones 30.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use chrono::{NaiveDate, NaiveTime};
use sea_orm::Iterable;
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::LegalKind;
use crate::i18n::{Lang, seoul};
use crate::legal::documents::{self, Document, NewVersion};
use crate::web::flash::flash;
use crate::web::{Admin, Errors, Failure, Html, Outcome, Page, Recent, Visitor, audit};

/// As much as the column takes of Korean text, three bytes each.
const BODY: usize = 20_000;

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/legal", get(show).post(publish))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LegalForm {
    kind: String,
    version: String,
    effective_on: String,
    adverse: Option<String>,
    title_ko: String,
    body_ko: String,
    title_en: String,
    body_en: String,
}

#[derive(Template)]
#[template(path = "admin/legal.html")]
struct LegalPage {
    page: Page,
    documents: Vec<(LegalKind, Vec<Document>)>,
    form: LegalForm,
    errors: Errors,
}

#[derive(Deserialize)]
struct Of {
    kind: Option<String>,
}

async fn all(app: &App, lang: Lang) -> Outcome<Vec<(LegalKind, Vec<Document>)>> {
    let mut all = Vec::new();
    for kind in LegalKind::iter() {
        all.push((kind, documents::versions(&app.db, kind, lang).await?));
    }
    Ok(all)
}

/// Begins with what holds now.
async fn show(State(app): State<AppState>, _: Admin, page: Page, Query(of): Query<Of>) -> Outcome<impl IntoResponse> {
    let form = match of.kind.as_deref() {
        Some(word) => {
            let kind = documents::kind(word).ok_or(Failure::NotFound)?;
            let (ko, en) = (
                documents::current(&app.db, kind, Lang::Ko).await?,
                documents::current(&app.db, kind, Lang::En).await?,
            );
            LegalForm {
                kind: word.to_owned(),
                version: seoul(documents::earliest(true)).format("%Y-%m").to_string(),
                effective_on: seoul(documents::earliest(true)).format("%Y-%m-%d").to_string(),
                adverse: None,
                title_ko: ko.title,
                body_ko: ko.body,
                title_en: en.title,
                body_en: en.body,
            }
        }
        None => LegalForm::default(),
    };
    let errors = Errors::new(page.lang);
    let documents = all(&app, page.lang).await?;
    Ok(Html(LegalPage { page, documents, form, errors }))
}

async fn publish(
    State(app): State<AppState>,
    admin: Admin,
    _: Recent,
    page: Page,
    visitor: Visitor,
    Form(form): Form<LegalForm>,
) -> Outcome<Response> {
    let kind = documents::kind(&form.kind).ok_or(Failure::NotFound)?;
    let adverse = form.adverse.is_some();
    let mut errors = Errors::new(page.lang);
    let version = form.version.trim();
    errors.required("version", version, 20);
    if !version.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        errors.add("version", "legal-version-hint");
    }
    if documents::version(&app.db, kind, version, Lang::Ko).await?.is_some() {
        errors.add("version", "legal-version-taken");
    }
    for (field, title) in [("title_ko", &form.title_ko), ("title_en", &form.title_en)] {
        errors.optional(field, title, 120);
    }
    for (field, body) in [("body_ko", &form.body_ko), ("body_en", &form.body_en)] {
        errors.required(field, body, BODY);
    }
    // Midnight in Seoul.
    let offset = seoul(now()).offset().to_owned();
    let day = NaiveDate::parse_from_str(&form.effective_on, "%Y-%m-%d").ok();
    let effective_at =
        day.and_then(|day| day.and_time(NaiveTime::MIN).and_local_timezone(offset).single()).map(|time| time.to_utc());
    if effective_at.is_none_or(|time| time < documents::earliest(adverse)) {
        errors.add("effective_on", if adverse { "legal-too-soon-adverse" } else { "legal-too-soon" });
    }
    let (Some(effective_at), true) = (effective_at, errors.is_empty()) else {
        let documents = all(&app, page.lang).await?;
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, Html(LegalPage { page, documents, form, errors })).into_response()
        );
    };
    let new = NewVersion {
        kind,
        version: version.to_owned(),
        texts: vec![
            (Lang::Ko, form.title_ko.trim().to_owned(), form.body_ko.replace('\r', "")),
            (Lang::En, form.title_en.trim().to_owned(), form.body_en.replace('\r', "")),
        ],
        adverse,
        effective_at,
    };
    match documents::publish(&app.db, &new).await {
        Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("legal-version-taken")),
        other => other?,
    }
    let details = format!("{} {version}", kind.word());
    audit::record(&app.db, &visitor, Some(admin.0.id()), "legal.announce", ("document", 0), &details).await?;
    Ok(flash("/admin/legal", "flash-legal-announced"))
}
