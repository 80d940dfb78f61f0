//! Banned words: the shop's and the seller's own. What is compared has no spaces, marks or case, so that a word does not
//! pass with a dot in its middle.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};

use crate::entities::banned_words::{Column, Entity, Model};

/// Letters and digits in lower case; full-width forms (ｂａｄ) as their plain ones.
pub fn folded(text: &str) -> String {
    text.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn narrow(c: char) -> char {
    const WIDTH: u32 = 0xFEE0;
    match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(WIDTH).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}

pub fn contains_any<'a>(body: &str, words: impl IntoIterator<Item = &'a str>) -> bool {
    let body = folded(body);
    words.into_iter().map(folded).any(|word| !word.is_empty() && body.contains(&word))
}

/// Those that hold in a seller's broadcasts.
pub async fn of(db: &impl ConnectionTrait, seller_id: i64) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::SellerId.is_null().or(Column::SellerId.eq(seller_id))).all(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_does_not_pass_in_disguise() {
        for body in ["짝퉁이네", "짝 퉁", "짝.퉁!", "FAKE", "f-a-k-e", "ｆａｋｅ 상품"] {
            assert!(contains_any(body, ["짝퉁", "fake"]), "{body}");
        }
        assert!(!contains_any("진짜 좋아요 😀", ["짝퉁", "fake", "", "  ", "!"]));
    }
}
