//! Lists in pages: so many at a time, and a token that says where the next page starts.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// One page, and the token of the next where there is one; `None` where the token is none of ours.
pub(crate) fn page<T>(all: Vec<T>, size: usize, token: Option<&str>) -> Option<(Vec<T>, Option<String>)> {
    let start: usize = match token {
        None | Some("") => 0,
        Some(token) => {
            String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?.strip_prefix("after ")?.parse().ok()?
        }
    };
    let end = start.saturating_add(size);
    let next = (end < all.len()).then(|| BASE64_URL_SAFE_NO_PAD.encode(format!("after {end}")));
    Some((all.into_iter().skip(start).take(size).collect(), next))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_to_the_end() {
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let (found, next) = page((0..7).collect(), 3, token.as_deref()).unwrap();
            seen.extend(found);
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..7).collect::<Vec<_>>());
        assert_eq!(page(vec![1], 3, Some("stranger")), None);
    }
}
