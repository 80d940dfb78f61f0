//! A guest's cart: a cookie with ids and quantities, nothing else. It joins the member's cart at log-in.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use sea_orm::{DatabaseConnection, DbErr, EntityTrait};

use super::lines::{self, Line, MAX_LINES, MAX_QUANTITY};
use crate::config::Config;
use crate::entities::variants;

const COOKIE: &str = "cart";

pub fn read(jar: &CookieJar) -> Vec<Line> {
    jar.get(COOKIE).map(|cookie| parse(cookie.value())).unwrap_or_default()
}

/// `variant.quantity.broadcast`, joined by `_`. What is not sound is left out: anybody may write a cookie.
fn parse(text: &str) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for part in text.split('_').take(MAX_LINES) {
        let mut numbers = part.split('.').map(|number| number.parse::<i64>().ok().filter(|number| *number > 0));
        let (Some(Some(variant_id)), Some(Some(quantity))) = (numbers.next(), numbers.next()) else { continue };
        if !found.iter().any(|line| line.variant_id == variant_id) {
            let broadcast_id = numbers.next().flatten();
            found.push(Line { variant_id, broadcast_id, quantity: quantity.min(MAX_QUANTITY) });
        }
    }
    found
}

fn write(lines: &[Line]) -> String {
    let part = |line: &Line| match line.broadcast_id {
        Some(broadcast) => format!("{}.{}.{broadcast}", line.variant_id, line.quantity),
        None => format!("{}.{}", line.variant_id, line.quantity),
    };
    lines.iter().map(part).collect::<Vec<_>>().join("_")
}

pub fn cookie(config: &Config, lines: &[Line]) -> Cookie<'static> {
    let mut cookie = Cookie::build((COOKIE, write(lines)))
        .path("/")
        .http_only(true)
        .secure(config.secure())
        .same_site(SameSite::Lax)
        .permanent()
        .build();
    if lines.is_empty() {
        cookie.make_removal();
    }
    cookie
}

/// False: the cart is full.
pub fn add(lines: &mut Vec<Line>, new: Line) -> bool {
    if let Some(old) = lines.iter_mut().find(|line| line.variant_id == new.variant_id) {
        old.quantity = (old.quantity + new.quantity).min(MAX_QUANTITY);
        old.broadcast_id = new.broadcast_id.or(old.broadcast_id);
        return true;
    }
    let room = lines.len() < MAX_LINES;
    if room {
        lines.push(new);
    }
    room
}

/// At log-in: what lies in the cookie joins what the member has; what does not exist (any more) is left out.
pub async fn merge(db: &DatabaseConnection, member_id: i64, lines: &[Line]) -> Result<(), DbErr> {
    for line in lines {
        if variants::Entity::find_by_id(line.variant_id).one(db).await?.is_none() {
            continue;
        }
        let broadcast_id = match line.broadcast_id {
            Some(id) => crate::entities::broadcasts::Entity::find_by_id(id).one(db).await?.map(|row| row.id),
            None => None,
        };
        lines::add(db, member_id, &Line { broadcast_id, ..line.clone() }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nonsense_is_not() {
        let lines = vec![
            Line { variant_id: 7, broadcast_id: None, quantity: 2 },
            Line { variant_id: 9, broadcast_id: Some(3), quantity: 1 },
        ];
        assert_eq!(parse(&write(&lines)), lines);
        assert_eq!(parse("7.2_7.9_x_1.0_-1.5_5.400")[1].quantity, MAX_QUANTITY);
        assert_eq!(parse("7.2_7.9_x_1.0_-1.5_5.400").len(), 2);
        assert!(parse("").is_empty());
        assert_eq!(parse(&"1.1_".repeat(5_000)).len(), 1);
    }

    #[test]
    fn the_same_variant_adds_up() {
        let mut lines = Vec::new();
        assert!(add(&mut lines, Line { variant_id: 1, broadcast_id: None, quantity: 60 }));
        assert!(add(&mut lines, Line { variant_id: 1, broadcast_id: Some(4), quantity: 60 }));
        assert_eq!(lines, [Line { variant_id: 1, broadcast_id: Some(4), quantity: MAX_QUANTITY }]);
    }
}
