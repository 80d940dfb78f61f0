//! Becoming a seller: who one is, as the law asks, and a second factor.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set,
    TransactionTrait,
};
use serde::Deserialize;

use crate::app::AppState;
use crate::db::now;
use crate::entities::enums::{MemberKind, Role};
use crate::entities::seller_profiles::{ActiveModel, Column, Entity, Model};
use crate::web::flash::flash;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new().route("/my/selling", get(show).post(save))
}

pub async fn profile(db: &impl ConnectionTrait, member_id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::MemberId.eq(member_id)).one(db).await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SellingForm {
    display_name: String,
    intro: String,
    phone: String,
    email: String,
    representative: String,
    business_number: String,
    mail_order_number: String,
    address: String,
}

#[derive(Template)]
#[template(path = "members/selling.html")]
struct SellingPage {
    page: Page,
    form: SellingForm,
    company: bool,
    second_factor: bool,
    errors: Errors,
}

async fn show(State(app): State<AppState>, current: CurrentMember, page: Page) -> Outcome<impl IntoResponse> {
    let member = &current.member;
    let form = match profile(&app.db, member.id).await? {
        Some(profile) => SellingForm {
            display_name: profile.display_name,
            intro: profile.intro,
            phone: profile.phone,
            email: profile.email,
            representative: profile.representative.unwrap_or_default(),
            business_number: profile.business_number.unwrap_or_default(),
            mail_order_number: profile.mail_order_number.unwrap_or_default(),
            address: profile.address.unwrap_or_default(),
        },
        None => SellingForm {
            display_name: member.company_name.clone().unwrap_or_else(|| member.nickname.clone()),
            phone: member.phone.clone().unwrap_or_default(),
            email: member.email.clone().unwrap_or_default(),
            ..SellingForm::default()
        },
    };
    let errors = Errors::new(page.lang);
    Ok(Html(selling_page(page, &current, form, errors)))
}

fn selling_page(page: Page, current: &CurrentMember, form: SellingForm, errors: Errors) -> SellingPage {
    let company = current.member.kind == MemberKind::Company;
    SellingPage { page, form, company, second_factor: current.member.totp_enabled_at.is_some(), errors }
}

async fn save(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    visitor: Visitor,
    Form(form): Form<SellingForm>,
) -> Outcome<Response> {
    if current.member.totp_enabled_at.is_none() {
        return Err(Failure::SecondFactorMissing);
    }
    let company = current.member.kind == MemberKind::Company;
    let errors = check(&page, &form, company);
    if !errors.is_empty() {
        let again = selling_page(page, &current, form, errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let given = |text: &str| company.then(|| text.trim().to_owned()).filter(|text| !text.is_empty());
    let id = current.id();
    let transaction = app.db.begin().await?;
    let old = profile(&transaction, id).await?;
    let known = old.is_some();
    let mut row = old.map_or_else(
        || ActiveModel { member_id: Set(id), created_at: Set(now()), ..Default::default() },
        IntoActiveModel::into_active_model,
    );
    row.display_name = Set(form.display_name.trim().to_owned());
    row.intro = Set(form.intro.trim().to_owned());
    row.phone = Set(form.phone.trim().to_owned());
    row.email = Set(form.email.trim().to_owned());
    row.representative = Set(given(&form.representative));
    row.business_number = Set(given(&form.business_number));
    row.mail_order_number = Set(given(&form.mail_order_number));
    row.address = Set(given(&form.address));
    row.updated_at = Set(now());
    // Changed details have to be looked at again.
    row.verified_at = Set(None);
    row.verified_how = Set(None);
    if known {
        row.update(&transaction).await?
    } else {
        row.insert(&transaction).await?
    };
    if current.member.role == Role::Member {
        let mut member = (*current.member).clone().into_active_model();
        member.role = Set(Role::Seller);
        member.updated_at = Set(now());
        member.update(&transaction).await?;
    }
    audit::record(&transaction, &visitor, Some(id), "seller.save-profile", ("member", id), "").await?;
    transaction.commit().await?;
    Ok(flash("/my", if known { "flash-saved" } else { "flash-seller" }))
}

fn check(page: &Page, form: &SellingForm, company: bool) -> Errors {
    let mut errors = Errors::new(page.lang);
    errors.required("display_name", &form.display_name, 60);
    errors.optional("intro", &form.intro, 500);
    errors.phone("phone", form.phone.trim());
    errors.email("email", form.email.trim());
    if company {
        errors.required("representative", &form.representative, 60);
        errors.required("address", &form.address, 300);
        errors.optional("mail_order_number", &form.mail_order_number, 40);
        if !is_business_number(&form.business_number) {
            errors.add("business_number", "selling-business-number-wrong");
        }
    }
    errors
}

/// Ten digits, the last of which checks the others (사업자등록번호).
fn is_business_number(text: &str) -> bool {
    const WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];
    if text.chars().any(|c| !c.is_ascii_digit() && c != '-') || text.len() > 20 {
        return false;
    }
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let [first @ .., eighth_carry, check] = digits.as_slice() else { return false };
    if digits.len() != 10 || digits.iter().all(|digit| *digit == 0) {
        return false;
    }
    let sum: u32 = first.iter().chain([eighth_carry]).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    (10 - (sum + eighth_carry * 5 / 10) % 10) % 10 == *check
}

#[cfg(test)]
mod tests {
    use super::is_business_number;

    #[test]
    fn business_numbers() {
        assert!(is_business_number("124-81-00998"));
        assert!(is_business_number("1208147521"));
        for bad in ["124-81-00999", "000-00-00000", "", "12481", "124-81-0099a", "１２４８１００９９８"] {
            assert!(!is_business_number(bad), "{bad}");
        }
    }
}
