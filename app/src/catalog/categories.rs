//! Categories, of which there are two levels, in their order and in the visitor's language.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};

use crate::entities::categories::{Column, Entity, Model};
use crate::i18n::Lang;

/// A category as lists and forms offer it.
#[derive(Clone, Debug)]
pub struct Category {
    pub id: i64,
    pub parent_id: Option<i64>,
    pub slug: String,
    pub name: String,
}

impl Category {
    pub fn is_sub(&self) -> bool {
        self.parent_id.is_some()
    }
}

/// Each main category, followed by those below it.
pub async fn all(db: &impl ConnectionTrait, lang: Lang) -> Result<Vec<Category>, DbErr> {
    let rows = Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Id).all(db).await?;
    let category = |row: &Model| Category {
        id: row.id,
        parent_id: row.parent_id,
        slug: row.slug.clone(),
        name: if lang == Lang::Ko { row.name_ko.clone() } else { row.name_en.clone() },
    };
    let mut sorted = Vec::with_capacity(rows.len());
    for main in rows.iter().filter(|row| row.parent_id.is_none()) {
        sorted.push(category(main));
        sorted.extend(rows.iter().filter(|row| row.parent_id == Some(main.id)).map(category));
    }
    Ok(sorted)
}

/// The category and those below it: what is in one of them is in it.
pub fn with_those_below(all: &[Category], id: i64) -> Vec<i64> {
    all.iter().filter(|category| category.id == id || category.parent_id == Some(id)).map(|one| one.id).collect()
}
