//! What one agreed to, and taking it back as easily as it was given.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;

use super::accounts::record_consent;
use crate::app::AppState;
use crate::entities::consents;
use crate::entities::enums::ConsentPurpose;
use crate::web::flash::flash;
use crate::web::{CurrentMember, Html, Outcome, Page};

const PURPOSES: [ConsentPurpose; 5] = [
    ConsentPurpose::Terms,
    ConsentPurpose::Privacy,
    ConsentPurpose::TransferAbroad,
    ConsentPurpose::MarketingEmail,
    ConsentPurpose::MarketingNight,
];

pub fn routes() -> Router<AppState> {
    Router::new().route("/my/consents", get(show).post(save))
}

/// What holds now: the newest entry of the purpose.
pub async fn current(
    db: &impl ConnectionTrait,
    member_id: i64,
    purpose: ConsentPurpose,
) -> Result<Option<consents::Model>, DbErr> {
    consents::Entity::find()
        .filter(consents::Column::MemberId.eq(member_id))
        .filter(consents::Column::Purpose.eq(purpose))
        .order_by_desc(consents::Column::Id)
        .one(db)
        .await
}

pub async fn is_granted(db: &impl ConnectionTrait, member_id: i64, purpose: ConsentPurpose) -> Result<bool, DbErr> {
    Ok(current(db, member_id, purpose).await?.is_some_and(|consent| consent.granted))
}

#[derive(Template)]
#[template(path = "members/consents.html")]
struct ConsentsPage {
    page: Page,
    given: Vec<consents::Model>,
    marketing: bool,
    night: bool,
}

async fn show(State(app): State<AppState>, member: CurrentMember, page: Page) -> Outcome<impl IntoResponse> {
    let mut given = Vec::new();
    for purpose in PURPOSES {
        given.extend(current(&app.db, member.id(), purpose).await?);
    }
    let granted = |purpose| given.iter().any(|consent| consent.purpose == purpose && consent.granted);
    let (marketing, night) = (granted(ConsentPurpose::MarketingEmail), granted(ConsentPurpose::MarketingNight));
    Ok(Html(ConsentsPage { page, given, marketing, night }))
}

#[derive(Deserialize)]
struct ConsentsForm {
    marketing: Option<String>,
    night: Option<String>,
}

async fn save(State(app): State<AppState>, member: CurrentMember, Form(form): Form<ConsentsForm>) -> Outcome<Response> {
    let marketing = form.marketing.is_some();
    let wanted = [
        (ConsentPurpose::MarketingEmail, marketing),
        (ConsentPurpose::MarketingNight, marketing && form.night.is_some()),
    ];
    for (purpose, granted) in wanted {
        if is_granted(&app.db, member.id(), purpose).await? != granted {
            record_consent(&app.db, member.id(), purpose, granted).await?;
        }
    }
    Ok(flash("/my/consents", "flash-saved"))
}
