//! The form of a review: stars, words, and photos, which come as parts of it.

use bytes::Bytes;

use crate::i18n::Lang;
use crate::web::{Errors, Parts};

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

    pub(super) fn new(parts: &Parts) -> Self {
        Self {
            rating: parts.field("rating"),
            body: parts.field("body"),
            next: parts.field("next"),
            remove: parts.all("remove").filter_map(|id| id.parse().ok()).collect(),
            photos: parts.files("photos"),
        }
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
