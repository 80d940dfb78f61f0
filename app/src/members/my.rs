//! My page, and changing one's own data, address and password.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::{CookieJar, Form};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde::Deserialize;

use super::signup::{MAILS, lang_of};
use super::{accounts, channel, mails, passwords, tokens};
use crate::app::AppState;
use crate::crypto;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{MemberKind, SessionStage, TokenPurpose};
use crate::entities::{channels, members};
use crate::i18n::Lang;
use crate::web::flash::flash;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Recent, Visitor, audit, sessions};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/my", get(show))
        .route("/my/edit", get(show_edit).post(edit))
        .route("/my/email", get(show_email).post(change_email))
        .route("/my/password", get(show_password).post(change_password))
}

/// Names as sign-up and editing have them.
pub(super) fn check_names(errors: &mut Errors, nickname: &str, name: &str) {
    errors.required("nickname", nickname, 20);
    // Deleted members are called so.
    if nickname.trim().to_lowercase().starts_with("left-") {
        errors.add("nickname", "signup-nickname-taken");
    }
    errors.required("name", name, 60);
}

#[derive(Template)]
#[template(path = "members/my.html")]
struct MyPage {
    page: Page,
    member: members::Model,
    channel: Option<channels::Model>,
}

async fn show(State(app): State<AppState>, current: CurrentMember, page: Page) -> Outcome<impl IntoResponse> {
    // It could not be made at sign-up if the service was out of reach; the page is worth showing without it.
    let channel = match channel::ensure(&app, current.id()).await {
        Ok(channel) => Some(channel),
        Err(error) => {
            tracing::warn!(member = current.id(), error = format!("{error:#}"), "no channel could be made");
            None
        }
    };
    Ok(Html(MyPage { page, member: (*current.member).clone(), channel }))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    nickname: String,
    name: String,
    phone: String,
    company_name: String,
    language: String,
}

#[derive(Template)]
#[template(path = "members/edit.html")]
struct EditPage {
    page: Page,
    form: EditForm,
    company: bool,
    errors: Errors,
}

async fn show_edit(current: CurrentMember, page: Page) -> impl IntoResponse {
    let member = &current.member;
    let form = EditForm {
        nickname: member.nickname.clone(),
        name: member.name.clone(),
        phone: member.phone.clone().unwrap_or_default(),
        company_name: member.company_name.clone().unwrap_or_default(),
        language: member.language.clone(),
    };
    let errors = Errors::new(page.lang);
    Html(EditPage { page, form, company: member.kind == MemberKind::Company, errors })
}

async fn edit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    visitor: Visitor,
    Form(form): Form<EditForm>,
) -> Outcome<Response> {
    let company = current.member.kind == MemberKind::Company;
    let mut errors = Errors::new(page.lang);
    check_names(&mut errors, &form.nickname, &form.name);
    if !form.phone.trim().is_empty() {
        errors.phone("phone", form.phone.trim());
    }
    if company {
        errors.required("company_name", &form.company_name, 80);
    }
    if Lang::from_code(&form.language).is_none() {
        errors.add("language", "form-required");
    }
    if errors.is_empty() && !accounts::nickname_is_free(&app.db, &form.nickname, Some(current.id())).await? {
        errors.add("nickname", "signup-nickname-taken");
    }
    if !errors.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(EditPage { page, form, company, errors })).into_response());
    }
    let mut row = (*current.member).clone().into_active_model();
    row.nickname = Set(form.nickname.trim().to_owned());
    row.name = Set(form.name.trim().to_owned());
    row.phone = Set(Some(form.phone.trim().to_owned()).filter(|phone| !phone.is_empty()));
    if company {
        row.company_name = Set(Some(form.company_name.trim().to_owned()));
    }
    row.language = Set(form.language);
    row.updated_at = Set(now());
    match row.update(&app.db).await {
        Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("signup-nickname-taken")),
        other => other?,
    };
    audit::record(&app.db, &visitor, Some(current.id()), "member.edit", ("member", current.id()), "").await?;
    Ok(flash("/my", "flash-saved"))
}

#[derive(Template)]
#[template(path = "members/email.html")]
struct EmailPage {
    page: Page,
    current: String,
    email: String,
    sent: bool,
    errors: Errors,
}

async fn show_email(Recent(current): Recent, page: Page) -> impl IntoResponse {
    let errors = Errors::new(page.lang);
    let address = current.member.email.clone().unwrap_or_default();
    Html(EmailPage { page, current: address, email: String::new(), sent: false, errors })
}

#[derive(Deserialize)]
struct EmailForm {
    email: String,
}

/// The new address counts once its mail has been answered.
async fn change_email(
    State(app): State<AppState>,
    Recent(current): Recent,
    page: Page,
    Form(form): Form<EmailForm>,
) -> Outcome<Response> {
    let email = accounts::normal_email(&form.email);
    let address = current.member.email.clone().unwrap_or_default();
    let mut errors = Errors::new(page.lang);
    errors.email("email", &email);
    if !errors.is_empty() {
        let again = EmailPage { page, current: address, email: form.email, sent: false, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    MAILS.hit(&app.db, &format!("from-{}", current.id())).await?;
    let lang = lang_of(&current.member);
    // Somebody else's address: its owner is told, we say the same.
    if accounts::by_email(&app.db, &email).await?.is_some() {
        mails::already_member(&app, lang, &email).await?;
    } else {
        let issued = tokens::issue(&app.db, current.id(), TokenPurpose::ChangeEmail, Some(email.clone())).await?;
        mails::change_email(&app, lang, &email, &issued).await?;
    }
    Ok(Html(EmailPage { page, current: address, email, sent: true, errors }).into_response())
}

#[derive(Template)]
#[template(path = "members/password.html")]
struct PasswordPage {
    page: Page,
    errors: Errors,
}

async fn show_password(_: CurrentMember, page: Page) -> impl IntoResponse {
    let errors = Errors::new(page.lang);
    Html(PasswordPage { page, errors })
}

#[derive(Deserialize)]
struct PasswordForm {
    current: String,
    password: String,
}

async fn change_password(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    visitor: Visitor,
    Form(form): Form<PasswordForm>,
) -> Outcome<Response> {
    super::login::BY_ACCOUNT.hit(&app.db, &format!("again-{}", current.id())).await?;
    let member = &current.member;
    let email = member.email.clone().unwrap_or_default();
    let mut errors = Errors::new(page.lang);
    passwords::check(&mut errors, "password", &form.password, &[&email, &member.nickname]);
    if !crypto::verify_password(form.current, member.password_hash.clone()).await? {
        errors.add("current", "reauthenticate-wrong");
    }
    if !errors.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(PasswordPage { page, errors })).into_response());
    }
    let mut row = (**member).clone().into_active_model();
    row.password_hash = Set(Some(crypto::hash_password(form.password).await?));
    row.updated_at = Set(now());
    row.update(&app.db).await?;
    // Whoever else knew the old one is out, and this browser gets a new token.
    sessions::close_all(&app.db, member.id, None).await?;
    let token = sessions::open(&app.db, &visitor, member.id, SessionStage::Complete).await?;
    audit::record(&app.db, &visitor, Some(member.id), "member.change-password", ("member", member.id), "").await?;
    mails::changed(&app, lang_of(member), &email, "mail-what-password").await?;
    let jar = CookieJar::new().add(sessions::cookie(&app.config, token));
    Ok((jar, flash("/my", "flash-password-changed")).into_response())
}
