//! The form of a review: stars, words, and photos, which come as parts of it.

use axum::extract::Multipart;
use bytes::Bytes;

use crate::i18n::Lang;
use crate::web::{Errors, Failure, Outcome};

pub(super) const PHOTOS: usize = 5;
pub(super) const BODY: usize = 2000;

#[derive(Clone, Debug, Default)]
pub(super) struct ReviewForm {
    pub rating: String,
    pub body: String,
    pub next: String,
    /// Media of photos to be taken away.
    pub remove: Vec<i64>,
    pub photos: Vec<Bytes>,
}

impl ReviewForm {
    pub(super) fn has(&self, stars: &i32) -> bool {
        self.rating == stars.to_string()
    }

    /// Reads the parts; their sizes are bounded by the route's body limit.
    pub(super) async fn read(mut parts: Multipart) -> Outcome<Self> {
        let broken = |_| Failure::Invalid("error-400-text");
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "photos" {
                let photo = part.bytes().await.map_err(broken)?;
                // Browsers send an empty part where nothing was chosen.
                if !photo.is_empty() {
                    form.photos.push(photo);
                }
                continue;
            }
            let text = part.text().await.map_err(broken)?;
            match name.as_str() {
                "rating" => form.rating = text,
                "body" => form.body = text,
                "next" => form.next = text,
                "remove" => form.remove.extend(text.parse::<i64>()),
                _ => {}
            }
        }
        Ok(form)
    }

    /// `kept`: photos that there are already and that stay.
    pub(super) fn check(&self, lang: Lang, kept: usize) -> (Errors, i32) {
        let mut errors = Errors::new(lang);
        let rating = self.rating.trim().parse().ok().filter(|stars| (1..=5).contains(stars));
        if rating.is_none() {
            errors.add("rating", "review-rating-missing");
        }
        errors.required("body", &self.body, BODY);
        if kept + self.photos.len() > PHOTOS {
            errors.add_with("photos", "review-too-many-photos", &[("max", PHOTOS.to_string())]);
        }
        (errors, rating.unwrap_or_default())
    }
}
