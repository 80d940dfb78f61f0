//! Media: pictures of forms, uploads of videos. Here: the local storage's upload and file routes, which exist only where
//! media lies in a folder.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, put};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use crate::app::AppState;
use crate::web::{Failure, Outcome, assets};

pub mod pictures;
pub mod results;
pub mod uploads;

/// A local upload is held in memory; a bucket's limit is the ticket's own.
const LOCAL_UPLOAD: usize = 200 * 1024 * 1024;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/media/upload/{ticket}", put(upload).layer(DefaultBodyLimit::max(LOCAL_UPLOAD)))
        .route("/media/files/{*key}", get(file))
        .merge(uploads::routes())
}

/// As strict as a presigned request of S3: the signed type and size, nothing else.
async fn upload(
    State(app): State<AppState>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Outcome<StatusCode> {
    let local = app.storage.local().ok_or(Failure::NotFound)?;
    let request = local.open_ticket(&ticket).ok_or(Failure::Forbidden)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some(request.content_type.as_str()) || body.len() as u64 != request.size {
        return Err(Failure::Invalid("media-ticket-mismatch"));
    }
    app.storage.write(&request.key, &request.content_type, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// With ranges, so that videos can be sought in.
async fn file(State(app): State<AppState>, Path(key): Path<String>, request: Request) -> Outcome {
    let local = app.storage.local().ok_or(Failure::NotFound)?;
    let path = local.path(&key).map_err(|_| Failure::NotFound)?;
    if !path.is_file() {
        return Err(Failure::NotFound);
    }
    let Ok(served) = ServeFile::new(path).oneshot(request).await;
    let mut response = served.map(axum::body::Body::new).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(assets::content_type(&key)));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
