//! Terms, privacy policy, notices: `/legal`. What the law asks such a shop to publish, with earlier versions.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sea_orm::Iterable;

use self::documents::Document;
use self::text::Block;
use crate::app::{App, AppState};
use crate::entities::enums::LegalKind;
use crate::web::{Failure, Html, Outcome, Page};

pub mod announce;
pub mod documents;
pub mod text;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/legal", get(index))
        .route("/legal/operator", get(operator))
        .route("/legal/{kind}", get(show))
        .route("/legal/{kind}/{version}", get(show_version))
}

#[derive(Template)]
#[template(path = "legal/index.html")]
struct Index {
    page: Page,
    documents: Vec<(LegalKind, Document)>,
}

async fn index(State(app): State<AppState>, page: Page) -> Outcome<impl IntoResponse> {
    let mut documents = Vec::new();
    for kind in LegalKind::iter() {
        documents.push((kind, documents::current(&app.db, kind, page.lang).await?));
    }
    Ok(Html(Index { page, documents }))
}

#[derive(Template)]
#[template(path = "legal/operator.html")]
struct OperatorPage {
    page: Page,
    /// The Fair Trade Commission's page about this business.
    registry: String,
}

async fn operator(page: Page) -> impl IntoResponse {
    let digits: String = page.operator.business_number.chars().filter(char::is_ascii_digit).collect();
    let registry = format!("https://www.ftc.go.kr/bizCommPop.do?wrkr_no={digits}");
    Html(OperatorPage { page, registry })
}

#[derive(Template)]
#[template(path = "legal/document.html")]
struct DocumentPage {
    page: Page,
    kind: LegalKind,
    title: String,
    shown: Document,
    blocks: Vec<Block>,
    /// Headings are one level lower where there are chapters.
    chapters: bool,
    versions: Vec<Document>,
    is_current: bool,
}

async fn show(State(app): State<AppState>, page: Page, Path(kind): Path<String>) -> Outcome<impl IntoResponse> {
    let kind = documents::kind(&kind).ok_or(Failure::NotFound)?;
    let shown = documents::current(&app.db, kind, page.lang).await?;
    document_page(&app, page, kind, shown).await
}

async fn show_version(
    State(app): State<AppState>,
    page: Page,
    Path((kind, version)): Path<(String, String)>,
) -> Outcome<impl IntoResponse> {
    let kind = documents::kind(&kind).ok_or(Failure::NotFound)?;
    let shown = documents::version(&app.db, kind, &version, page.lang).await?.ok_or(Failure::NotFound)?;
    document_page(&app, page, kind, shown).await
}

async fn document_page(app: &App, page: Page, kind: LegalKind, shown: Document) -> Outcome<Response> {
    let versions = documents::versions(&app.db, kind, page.lang).await?;
    let is_current = documents::current_version(&app.db, kind).await? == shown.version;
    let blocks = text::parse(&text::fill(&shown.body, &page.operator, &page.date(&shown.effective_at)));
    let chapters = blocks.iter().any(|block| matches!(block, Block::Chapter(_)));
    let title = if shown.title.is_empty() { page.word("legal-kind", kind.word()) } else { shown.title.clone() };
    Ok(Html(DocumentPage { page, kind, title, shown, blocks, chapters, versions, is_current }).into_response())
}
