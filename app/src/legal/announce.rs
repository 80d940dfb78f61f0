//! Tells every member of a change, in the shop and by mail: the terms promise it, and the law asks it of adverse ones.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use crate::app::App;
use crate::entities::enums::MemberStatus;
use crate::entities::{legal_documents, members};
use crate::i18n::Lang;
use crate::jobs::queue;
use crate::services::mail::Mail;
use crate::social::notifications::{Notice, notify};

pub const CHANGED: &str = "legal.notify";
pub const MAIL: &str = "legal.mail";
/// Members told with one query.
const BATCH: u64 = 500;

/// `id` is any of the version's rows: they differ in language only.
pub async fn enqueue(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    queue::enqueue(db, CHANGED, json!({ "id": id }), &format!("{CHANGED}:{id}")).await
}

/// The job: a notification for each member, and a job for each one's mail.
pub async fn changed(app: &App, id: i64) -> anyhow::Result<()> {
    let Some(row) = legal_documents::Entity::find_by_id(id).one(&app.db).await? else { return Ok(()) };
    let mut last = 0;
    loop {
        let some = members::Entity::find()
            .filter(members::Column::Id.gt(last))
            .filter(members::Column::Status.eq(MemberStatus::Active))
            .order_by_asc(members::Column::Id)
            .limit(BATCH)
            .all(&app.db)
            .await?;
        let Some(member) = some.last() else { return Ok(()) };
        last = member.id;
        for member in some {
            let notice = Notice {
                message: "notice-legal-changed",
                arguments: &[("version", row.version.clone())],
                link: format!("/legal/{}/{}", row.kind.word(), row.version),
                unique_key: Some(format!("{CHANGED}:{id}:{}", member.id)),
            };
            notify(&app.db, member.id, &notice).await?;
            let mail = json!({ "id": member.id, "document": id });
            queue::enqueue(&app.db, MAIL, mail, &format!("{MAIL}:{id}:{}", member.id)).await?;
        }
    }
}

/// The job. No advertising: it is sent whatever the member agreed to.
pub async fn mail(app: &App, member: i64, job: Value) -> anyhow::Result<()> {
    let member = members::Entity::find_by_id(member).one(&app.db).await?;
    let Some(member) = member.filter(|member| member.status == MemberStatus::Active) else { return Ok(()) };
    let Some(email) = member.email.filter(|_| member.email_verified_at.is_some()) else { return Ok(()) };
    let document = legal_documents::Entity::find_by_id(job["document"].as_i64().unwrap_or_default());
    let Some(document) = document.one(&app.db).await? else { return Ok(()) };
    let lang = Lang::from_code(&member.language).unwrap_or_default();
    let arguments = [
        ("document", lang.text(&format!("legal-kind-{}", document.kind.word()))),
        ("date", lang.date(document.effective_at)),
        ("link", format!("{}/legal/{}/{}", app.config.public_url, document.kind.word(), document.version)),
        ("adverse", if document.adverse { lang.text("legal-adverse-note") } else { String::new() }),
    ];
    let subject = lang.text_with("mail-legal-changed-subject", &arguments);
    let body = lang.text_with("mail-legal-changed-body", &arguments);
    app.mail.send(Mail { to: email, subject, body }).await
}
