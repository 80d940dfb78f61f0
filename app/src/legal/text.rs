//! How documents are written: `# chapter`, `## heading`, `- item`, `| table | row |`, and paragraphs.
//! The operator's data stands in braces (`{operator}`), so that a document follows the configuration.

use crate::config::Operator;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Chapter(String),
    Heading(String),
    Paragraph(String),
    List(Vec<String>),
    /// The first row is the head.
    Table(Vec<Vec<String>>),
}

pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // Lines of one list, table or paragraph belong together until something else comes.
    let mut open = false;
    for line in text.lines().map(str::trim) {
        let block = if line.is_empty() {
            open = false;
            continue;
        } else if let Some(text) = line.strip_prefix("## ") {
            Block::Heading(text.to_owned())
        } else if let Some(text) = line.strip_prefix("# ") {
            Block::Chapter(text.to_owned())
        } else if let Some(text) = line.strip_prefix("- ") {
            Block::List(vec![text.to_owned()])
        } else if let Some(text) = line.strip_prefix('|') {
            let cells = text.strip_suffix('|').unwrap_or(text);
            Block::Table(vec![cells.split('|').map(|cell| cell.trim().to_owned()).collect()])
        } else {
            Block::Paragraph(line.to_owned())
        };
        match (blocks.last_mut().filter(|_| open), block) {
            (Some(Block::List(items)), Block::List(more)) => items.extend(more),
            (Some(Block::Table(rows)), Block::Table(more)) => rows.extend(more),
            (Some(Block::Paragraph(text)), Block::Paragraph(more)) => {
                text.push(' ');
                text.push_str(&more);
            }
            (_, block) => blocks.push(block),
        }
        open = true;
    }
    blocks
}

pub fn fill(text: &str, operator: &Operator, effective: &str) -> String {
    let values = [
        ("{operator}", operator.name.as_str()),
        ("{representative}", &operator.representative),
        ("{address}", &operator.address),
        ("{phone}", &operator.phone),
        ("{email}", &operator.email),
        ("{business_number}", &operator.business_number),
        ("{mail_order_number}", &operator.mail_order_number),
        ("{privacy_officer}", &operator.privacy_officer),
        ("{hosting}", &operator.hosting),
        ("{effective}", effective),
    ];
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_blocks() {
        let text = "# One\n## Two\nfirst\nsecond\n- a\n- b\n\n- c\n| x | y |\n| 1 | 2 |\nend";
        let expected = vec![
            Block::Chapter("One".into()),
            Block::Heading("Two".into()),
            Block::Paragraph("first second".into()),
            Block::List(vec!["a".into(), "b".into()]),
            Block::List(vec!["c".into()]),
            Block::Table(vec![vec!["x".into(), "y".into()], vec!["1".into(), "2".into()]]),
            Block::Paragraph("end".into()),
        ];
        assert_eq!(parse(text), expected);
        assert!(parse("").is_empty());
        assert_eq!(parse("|"), vec![Block::Table(vec![vec![String::new()]])]);
    }
}
