//! Forms with files. Sizes are bounded by the route's own body limit.

use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;

use crate::app::AppState;
use crate::web::errors::Failure;

#[derive(Clone, Debug, Default)]
pub struct Parts {
    texts: Vec<(String, String)>,
    files: Vec<(String, Bytes)>,
}

impl Parts {
    /// What was typed into a field, or nothing.
    pub fn field(&self, name: &str) -> String {
        self.all(name).next().unwrap_or_default().to_owned()
    }

    /// Of several check boxes with one name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(field, _)| field == name).map(|(_, text)| text.as_str())
    }

    pub fn files(&self, name: &str) -> Vec<Bytes> {
        self.files.iter().filter(|(field, _)| field == name).map(|(_, file)| file.clone()).collect()
    }
}

impl FromRequest<AppState> for Parts {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        let broken = |error: axum::extract::multipart::MultipartError| {
            if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                Failure::TooLarge
            } else {
                Failure::Invalid("error-400-text")
            }
        };
        let mut multipart =
            Multipart::from_request(request, app).await.map_err(|_| Failure::Invalid("error-400-text"))?;
        let mut parts = Self::default();
        while let Some(part) = multipart.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            // Only files have names of their own; where none was chosen the browser sends an empty one.
            if part.file_name().is_some() {
                let file = part.bytes().await.map_err(broken)?;
                if !file.is_empty() {
                    parts.files.push((name, file));
                }
            } else {
                parts.texts.push((name, part.text().await.map_err(broken)?));
            }
        }
        Ok(parts)
    }
}
