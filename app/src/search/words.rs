//! What is searched for: words, each of which has to be found.

use sea_orm::sea_query::LikeExpr;

const MOST: usize = 6;
pub const LENGTH: usize = 100;

/// The words of a query, without repeats. No words: nothing is searched.
pub fn of(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in composed(query).chars().take(LENGTH).collect::<String>().split_whitespace() {
        let word: String = word.chars().filter(|c| !c.is_control()).collect();
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words.truncate(MOST);
    words
}

/// Anywhere in a text; `%` and `_` mean themselves.
pub fn pattern(word: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('!')
}

/// Korean syllables that arrive in pieces, as macOS writes the names of files, put together: goods are written with
/// whole ones. The arithmetic is the Unicode standard's (chapter 3.12).
fn composed(text: &str) -> String {
    const BASE: u32 = 0xAC00;
    let (lead, vowel, tail) = (0x1100..0x1113_u32, 0x1161..0x1176_u32, 0x11A8..0x11C3_u32);
    let mut made: Vec<char> = Vec::with_capacity(text.len());
    for c in text.chars() {
        let next = u32::from(c);
        let last = made.last().map(|c| u32::from(*c));
        let joined = match last {
            Some(last) if lead.contains(&last) && vowel.contains(&next) => {
                Some(BASE + ((last - lead.start) * 21 + (next - vowel.start)) * 28)
            }
            // A syllable without a tail yet.
            Some(last)
                if (BASE..0xD7A4).contains(&last) && (last - BASE).is_multiple_of(28) && tail.contains(&next) =>
            {
                Some(last + next - tail.start + 1)
            }
            _ => None,
        };
        match joined.and_then(char::from_u32) {
            Some(syllable) => {
                made.pop();
                made.push(syllable);
            }
            None => made.push(c),
        }
    }
    made.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_once_each_and_not_too_many() {
        assert_eq!(of("  moon  jar moon\u{0} "), ["moon", "jar"]);
        assert_eq!(of("a b c d e f g h").len(), MOST);
        assert!(of(" \t\n ").is_empty());
        assert_eq!(of(&"가".repeat(500))[0].chars().count(), LENGTH);
    }

    #[test]
    fn korean_in_pieces_is_put_together() {
        let pieces = "\u{1103}\u{1161}\u{11AF}\u{1112}\u{1161}\u{11BC}\u{110B}\u{1161}\u{1105}\u{1175}";
        assert_eq!(composed(pieces), "달항아리");
        assert_eq!(composed("이미 온전한 글 and others"), "이미 온전한 글 and others");
    }
}
