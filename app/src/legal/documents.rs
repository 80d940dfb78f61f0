//! The documents and their versions. The first version of each comes with the program (`texts/`), so that no shop
//! is ever without; what an admin publishes later lies in `legal_documents` and takes its place on its day.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, Set, TransactionTrait,
};

use super::announce;
use crate::db::now;
use crate::entities::enums::LegalKind;
use crate::entities::legal_documents::{ActiveModel, Column, Entity, Model};
use crate::i18n::Lang;

/// The version that comes with the program, and since when it holds.
const FIRST: &str = "2026-11";
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 1);
/// How long before its day a change has to be announced, and where it is to the members' disadvantage.
const NOTICE: Duration = Duration::days(7);
const ADVERSE_NOTICE: Duration = Duration::days(30);

#[derive(Clone, Debug)]
pub struct Document {
    pub version: String,
    /// Empty where the kind's own name is the title.
    pub title: String,
    pub body: String,
    pub adverse: bool,
    pub announced_at: DateTime<Utc>,
    pub effective_at: DateTime<Utc>,
}

impl Document {
    pub fn is_upcoming(&self) -> bool {
        self.effective_at > now()
    }
}

impl From<Model> for Document {
    fn from(row: Model) -> Self {
        let Model { version, title, body, adverse, announced_at, effective_at, .. } = row;
        Self { version, title, body, adverse, announced_at, effective_at }
    }
}

/// By the word that addresses have.
pub fn kind(word: &str) -> Option<LegalKind> {
    LegalKind::iter().find(|kind| kind.word() == word)
}

pub fn first(kind: LegalKind, lang: Lang) -> Document {
    let body = match (kind, lang) {
        (LegalKind::Terms, Lang::Ko) => include_str!("texts/ko/terms.md"),
        (LegalKind::Terms, Lang::En) => include_str!("texts/en/terms.md"),
        (LegalKind::Privacy, Lang::Ko) => include_str!("texts/ko/privacy.md"),
        (LegalKind::Privacy, Lang::En) => include_str!("texts/en/privacy.md"),
        (LegalKind::Refunds, Lang::Ko) => include_str!("texts/ko/refunds.md"),
        (LegalKind::Refunds, Lang::En) => include_str!("texts/en/refunds.md"),
        (LegalKind::Youth, Lang::Ko) => include_str!("texts/ko/youth.md"),
        (LegalKind::Youth, Lang::En) => include_str!("texts/en/youth.md"),
        (LegalKind::Intermediary, Lang::Ko) => include_str!("texts/ko/intermediary.md"),
        (LegalKind::Intermediary, Lang::En) => include_str!("texts/en/intermediary.md"),
    };
    let day = FIRST_DAY.map_or(DateTime::UNIX_EPOCH, |day| day.and_time(chrono::NaiveTime::MIN).and_utc());
    Document {
        version: FIRST.to_owned(),
        title: String::new(),
        body: body.to_owned(),
        adverse: false,
        announced_at: day,
        effective_at: day,
    }
}

/// What holds now.
pub async fn current(db: &impl ConnectionTrait, kind: LegalKind, lang: Lang) -> Result<Document, DbErr> {
    let row = of(kind, lang)
        .filter(Column::EffectiveAt.lte(now()))
        .order_by_desc(Column::EffectiveAt)
        .order_by_desc(Column::Id)
        .one(db)
        .await?;
    Ok(row.map_or_else(|| first(kind, lang), Document::from))
}

pub async fn version(
    db: &impl ConnectionTrait,
    kind: LegalKind,
    version: &str,
    lang: Lang,
) -> Result<Option<Document>, DbErr> {
    if version == FIRST {
        return Ok(Some(first(kind, lang)));
    }
    Ok(of(kind, lang).filter(Column::Version.eq(version)).one(db).await?.map(Document::from))
}

/// All of a kind, newest first, those still to come too.
pub async fn versions(db: &impl ConnectionTrait, kind: LegalKind, lang: Lang) -> Result<Vec<Document>, DbErr> {
    let rows = of(kind, lang).order_by_desc(Column::EffectiveAt).order_by_desc(Column::Id).limit(100).all(db).await?;
    Ok(rows.into_iter().map(Document::from).chain([first(kind, lang)]).collect())
}

/// For the consents: what exactly was agreed to.
pub async fn current_version(db: &impl ConnectionTrait, kind: LegalKind) -> Result<String, DbErr> {
    Ok(current(db, kind, Lang::Ko).await?.version)
}

fn of(kind: LegalKind, lang: Lang) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::Kind.eq(kind)).filter(Column::Language.eq(lang.code()))
}

/// The first moment at which a change announced now may hold.
pub fn earliest(adverse: bool) -> DateTime<Utc> {
    now() + if adverse { ADVERSE_NOTICE } else { NOTICE }
}

#[derive(Clone, Debug)]
pub struct NewVersion {
    pub kind: LegalKind,
    pub version: String,
    /// Title and text in each language.
    pub texts: Vec<(Lang, String, String)>,
    pub adverse: bool,
    pub effective_at: DateTime<Utc>,
}

/// Announces it, also to every member; whoever calls has checked `earliest`. A version that exists is a unique violation.
pub async fn publish(db: &DatabaseConnection, new: &NewVersion) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    for (number, (lang, title, body)) in new.texts.iter().enumerate() {
        let row = ActiveModel {
            kind: Set(new.kind),
            version: Set(new.version.clone()),
            language: Set(lang.code().to_owned()),
            title: Set(title.clone()),
            body: Set(body.clone()),
            adverse: Set(new.adverse),
            announced_at: Set(now()),
            effective_at: Set(new.effective_at),
            ..Default::default()
        };
        let row = row.insert(&transaction).await?;
        if number == 0 {
            announce::enqueue(&transaction, row.id).await?;
        }
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Operator;
    use crate::legal::text::{Block, fill, parse};

    #[test]
    fn every_text_is_whole_in_both_languages() {
        for kind in LegalKind::iter() {
            let blocks = Lang::ALL.map(|lang| parse(&first(kind, lang).body));
            let headings = blocks.each_ref().map(|blocks| {
                blocks.iter().filter(|block| matches!(block, Block::Heading(_) | Block::Chapter(_))).count()
            });
            assert_eq!(headings[0], headings[1], "{kind:?}");
            assert!(headings[0] >= 6, "{kind:?}");
            for lang in Lang::ALL {
                let text = fill(&first(kind, lang).body, &Operator::default(), "today");
                assert!(!text.contains(['{', '}']), "{kind:?} has an unknown name in braces");
            }
        }
    }

    #[test]
    fn rows_of_a_table_are_equally_long() {
        for (kind, lang) in LegalKind::iter().flat_map(|kind| Lang::ALL.map(|lang| (kind, lang))) {
            for block in parse(&first(kind, lang).body) {
                if let Block::Table(rows) = block {
                    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{kind:?} {rows:?}");
                }
            }
        }
    }
}
