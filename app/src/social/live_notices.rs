//! Tells those who wait when a broadcast starts: in the shop, and by mail. The law takes such a mail for advertising:
//! labelled "(광고)", with sender and a free way out, only with consent, at night (21:00–08:00) only with its own.
//! Whoever asked to be reminded of this very broadcast gets its mail at any hour.

use std::collections::BTreeMap;

use chrono::{Duration, Timelike};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::notifications::{Notice, notify};
use super::sellers;
use super::unsubscribe;
use crate::app::App;
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, ConsentPurpose, MemberStatus};
use crate::entities::{broadcasts, follows, members, trailer_reminders};
use crate::i18n::{Lang, seoul};
use crate::jobs::queue;
use crate::members::consents;
use crate::services::mail::Mail;

pub const STARTED: &str = "live.notify";
pub const MAIL: &str = "live.mail";
/// What started longer ago is no news.
const NEWS: Duration = Duration::hours(1);

/// The periodic task: nobody has to remember to call when a stream starts.
pub async fn look(app: &App) -> anyhow::Result<u64> {
    let started = broadcasts::Entity::find()
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .filter(broadcasts::Column::Rehearsal.eq(false))
        .filter(broadcasts::Column::StartedAt.gt(now() - NEWS))
        .all(&app.db)
        .await?;
    for broadcast in started {
        let key = format!("{STARTED}:{}", broadcast.id);
        queue::enqueue(&app.db, STARTED, json!({ "id": broadcast.id }), &key).await?;
    }
    // Most of them have been told of before: nothing to log.
    Ok(0)
}

/// The job: a notification for each who waits, and a job for each one's mail.
pub async fn started(app: &App, id: i64) -> anyhow::Result<()> {
    let Some(broadcast) = running(app, id).await? else { return Ok(()) };
    let seller = sellers::name(&app.db, broadcast.seller_id).await?;
    // Member → asked for this very broadcast.
    let mut waiting: BTreeMap<i64, bool> = BTreeMap::new();
    let followers = follows::Entity::find().filter(follows::Column::SellerId.eq(broadcast.seller_id));
    waiting.extend(followers.all(&app.db).await?.into_iter().map(|row| (row.member_id, false)));
    if let Some(trailer) = broadcast.trailer_id {
        let reminders = trailer_reminders::Entity::find().filter(trailer_reminders::Column::TrailerId.eq(trailer));
        waiting.extend(reminders.all(&app.db).await?.into_iter().map(|row| (row.member_id, true)));
    }
    waiting.remove(&broadcast.seller_id);
    for (member, asked) in waiting {
        let notice = Notice {
            message: "notice-live-started",
            arguments: &[("seller", seller.clone()), ("title", broadcast.title.clone())],
            link: format!("/live/{id}"),
            unique_key: Some(format!("{STARTED}:{id}:{member}")),
        };
        notify(&app.db, member, &notice).await?;
        let mail = json!({ "id": id, "member": member, "asked": asked });
        queue::enqueue(&app.db, MAIL, mail, &format!("{MAIL}:{id}:{member}")).await?;
    }
    if let Some(trailer) = broadcast.trailer_id {
        trailer_reminders::Entity::update_many()
            .col_expr(trailer_reminders::Column::NotifiedAt, Expr::value(now()))
            .filter(trailer_reminders::Column::TrailerId.eq(trailer))
            .filter(trailer_reminders::Column::NotifiedAt.is_null())
            .exec(&app.db)
            .await?;
    }
    Ok(())
}

/// The job.
pub async fn mail(app: &App, id: i64, job: Value) -> anyhow::Result<()> {
    let Some(broadcast) = running(app, id).await? else { return Ok(()) };
    let member = members::Entity::find_by_id(job["member"].as_i64().unwrap_or_default()).one(&app.db).await?;
    let Some(member) = member.filter(|member| member.status == MemberStatus::Active) else { return Ok(()) };
    let Some(email) = member.email.clone().filter(|_| member.email_verified_at.is_some()) else { return Ok(()) };
    let asked = job["asked"].as_bool().unwrap_or_default();
    if !asked && !may_advertise(app, member.id, is_night(seoul(now()).hour())).await? {
        return Ok(());
    }
    let lang = Lang::from_code(&member.language).unwrap_or_default();
    let operator = &app.config.operator;
    let arguments = [
        ("seller", sellers::name(&app.db, broadcast.seller_id).await?),
        ("title", broadcast.title),
        ("link", format!("{}/live/{}", app.config.public_url, broadcast.id)),
        ("operator", operator.name.clone()),
        ("address", operator.address.clone()),
        ("phone", operator.phone.clone()),
        ("out", unsubscribe::link(app, member.id)?),
    ];
    let subject = lang.text_with("mail-live-started-subject", &arguments);
    let body = lang.text_with("mail-live-started-body", &arguments);
    app.mail.send(Mail { to: email, subject, body }).await
}

/// None: over, or not to be told of.
async fn running(app: &App, id: i64) -> anyhow::Result<Option<broadcasts::Model>> {
    let found = broadcasts::Entity::find_by_id(id).one(&app.db).await?;
    Ok(found.filter(|broadcast| broadcast.status == BroadcastStatus::Live && !broadcast.rehearsal))
}

/// Consent to advertising by mail, and where it is night to that too.
pub async fn may_advertise(app: &App, member_id: i64, night: bool) -> anyhow::Result<bool> {
    let granted = consents::is_granted(&app.db, member_id, ConsentPurpose::MarketingEmail).await?;
    Ok(granted && (!night || consents::is_granted(&app.db, member_id, ConsentPurpose::MarketingNight).await?))
}

/// In Seoul.
pub fn is_night(hour: u32) -> bool {
    !(8..21).contains(&hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn night_is_from_nine_to_eight() {
        assert!(is_night(21) && is_night(23) && is_night(0) && is_night(7));
        assert!(!is_night(8) && !is_night(20));
    }
}
