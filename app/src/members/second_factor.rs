//! The second factor: codes from an authenticator app (TOTP), and recovery codes for when the phone is lost.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use qrcode::QrCode;
use qrcode::render::svg;
use rand::RngExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, TransactionTrait};
use serde::Deserialize;
use totp_rs::{Builder, Secret, Totp};

use super::signup::lang_of;
use super::{login, mails};
use crate::app::{App, AppState};
use crate::crypto;
use crate::db::now;
use crate::entities::enums::Role;
use crate::entities::{members, recovery_codes};
use crate::web::flash::flash;
use crate::web::{Errors, Failure, Html, Outcome, Page, Recent, Visitor, audit};

const PURPOSE: &str = "second factor";
const RECOVERY_CODES: usize = 8;

pub fn routes() -> Router<AppState> {
    Router::new().route("/my/second-factor", get(show).post(enable)).route("/my/second-factor/off", post(disable))
}

#[derive(Template)]
#[template(path = "members/second_factor.html")]
struct SecondFactorPage {
    page: Page,
    enabled: bool,
    /// Sellers and admins cannot do without.
    required: bool,
    qr: String,
    secret: String,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "members/recovery_codes.html")]
struct RecoveryCodesPage {
    page: Page,
    codes: Vec<String>,
}

async fn show(State(app): State<AppState>, Recent(current): Recent, page: Page) -> Outcome<Response> {
    let errors = Errors::new(page.lang);
    setup_page(&app, (*current.member).clone(), page, errors).await
}

async fn setup_page(app: &App, member: members::Model, page: Page, errors: Errors) -> Outcome<Response> {
    let required = member.role != Role::Member;
    if member.totp_enabled_at.is_some() {
        let done = SecondFactorPage { page, enabled: true, required, qr: String::new(), secret: String::new(), errors };
        return Ok(Html(done).into_response());
    }
    let email = member.email.clone().unwrap_or_default();
    let secret = match &member.totp_secret_encrypted {
        Some(sealed) => app.config.secret_key.decrypt(PURPOSE, sealed)?,
        None => {
            let secret = Secret::from(rand::rng().random::<[u8; 20]>().to_vec()).to_base32();
            let mut row = member.into_active_model();
            row.totp_secret_encrypted = Set(Some(app.config.secret_key.encrypt(PURPOSE, &secret)?));
            row.update(&app.db).await?;
            secret
        }
    };
    let url = totp(&secret, &email)?.to_url().map_err(|error| anyhow::anyhow!("TOTP: {error}"))?;
    let code = QrCode::new(url).map_err(|error| anyhow::anyhow!("QR code: {error}"))?;
    let qr = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // Inside of a page the XML declaration is an error.
    let qr = qr.split_once("?>").map_or(qr.as_str(), |(_, svg)| svg).to_owned();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(SecondFactorPage { page, enabled: false, required, qr, secret, errors })).into_response())
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

async fn enable(
    State(app): State<AppState>,
    Recent(current): Recent,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Outcome<Response> {
    let member = (*current.member).clone();
    if member.totp_enabled_at.is_some() {
        return Err(Failure::Conflict("second-factor-already-on"));
    }
    login::BY_ACCOUNT.hit(&app.db, &format!("code-{}", member.id)).await?;
    let step = match &member.totp_secret_encrypted {
        Some(sealed) => matching_step(&app.config.secret_key.decrypt(PURPOSE, sealed)?, &form.code)?,
        None => None,
    };
    let Some(step) = step else {
        let mut errors = Errors::new(page.lang);
        errors.add("code", "second-factor-wrong");
        return setup_page(&app, member, page, errors).await;
    };
    let (id, lang, email) = (member.id, lang_of(&member), member.email.clone().unwrap_or_default());
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let transaction = app.db.begin().await?;
    let mut row = member.into_active_model();
    row.totp_enabled_at = Set(Some(now()));
    row.totp_last_step = Set(step);
    row.update(&transaction).await?;
    recovery_codes::Entity::delete_many().filter(recovery_codes::Column::MemberId.eq(id)).exec(&transaction).await?;
    for code in &codes {
        let row = recovery_codes::ActiveModel {
            member_id: Set(id),
            code_hash: Set(crypto::hash(code)),
            ..Default::default()
        };
        row.insert(&transaction).await?;
    }
    audit::record(&transaction, &visitor, Some(id), "member.second-factor-on", ("member", id), "").await?;
    transaction.commit().await?;
    mails::changed(&app, lang, &email, "mail-what-second-factor").await?;
    Ok(Html(RecoveryCodesPage { page, codes }).into_response())
}

async fn disable(State(app): State<AppState>, Recent(current): Recent, visitor: Visitor) -> Outcome<Response> {
    if current.member.role != Role::Member {
        return Err(Failure::Conflict("second-factor-needed"));
    }
    let mut row = (*current.member).clone().into_active_model();
    row.totp_enabled_at = Set(None);
    row.totp_secret_encrypted = Set(None);
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(current.id()), "member.second-factor-off", ("member", current.id()), "")
        .await?;
    let email = current.member.email.clone().unwrap_or_default();
    mails::changed(&app, lang_of(&current.member), &email, "mail-what-second-factor").await?;
    Ok(flash("/my", "flash-second-factor-off"))
}

/// A code of the app or a recovery code; either works once.
pub(super) async fn check_code(app: &App, member: &members::Model, code: &str) -> Outcome<bool> {
    let Some(sealed) = &member.totp_secret_encrypted else { return Ok(false) };
    let secret = app.config.secret_key.decrypt(PURPOSE, sealed)?;
    if let Some(step) = matching_step(&secret, code)? {
        let used = members::Entity::update_many()
            .col_expr(members::Column::TotpLastStep, Expr::value(step))
            .filter(members::Column::Id.eq(member.id))
            .filter(members::Column::TotpLastStep.lt(step))
            .exec(&app.db)
            .await?;
        return Ok(used.rows_affected == 1);
    }
    let used = recovery_codes::Entity::update_many()
        .col_expr(recovery_codes::Column::UsedAt, Expr::value(now()))
        .filter(recovery_codes::Column::MemberId.eq(member.id))
        .filter(recovery_codes::Column::CodeHash.eq(crypto::hash(&code.trim().to_lowercase())))
        .filter(recovery_codes::Column::UsedAt.is_null())
        .exec(&app.db)
        .await?;
    Ok(used.rows_affected == 1)
}

fn matching_step(secret: &str, code: &str) -> anyhow::Result<Option<i64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let time = u64::try_from(now().timestamp()).unwrap_or_default();
    Ok(totp(secret, "member")?.check(&code, time).and_then(|step| i64::try_from(step).ok()))
}

/// As every authenticator app expects: SHA-1, six digits, thirty seconds, one step of tolerance.
fn totp(secret: &str, account: &str) -> anyhow::Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("TOTP secret: {error}"))?;
    Builder::new()
        .with_secret(secret)
        .with_issuer(Some("BOGOSA"))
        .with_account_name(account.replace(':', " "))
        .build()
        .map_err(|error| anyhow::anyhow!("TOTP: {error}"))
}

/// Without the letters and digits that look alike.
fn recovery_code() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut rng = rand::rng();
    let half = |rng: &mut rand::rngs::ThreadRng| -> String {
        (0..5).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect()
    };
    format!("{}-{}", half(&mut rng), half(&mut rng))
}
