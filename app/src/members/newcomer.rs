//! What every way to sign up asks: who somebody is, whether they are old enough, and what they consent to.

use serde::Deserialize;

use super::accounts::NewMember;
use super::my;
use crate::entities::enums::{ConsentPurpose, MemberKind};
use crate::web::{Errors, Page};

/// A part of the forms, in `templates/members/newcomer/`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Newcomer {
    pub(super) kind: String,
    pub(super) email: String,
    pub(super) nickname: String,
    pub(super) name: String,
    pub(super) company_name: String,
    pub(super) adult: Option<String>,
    pub(super) terms: Option<String>,
    pub(super) privacy: Option<String>,
    pub(super) transfer: Option<String>,
    pub(super) marketing: Option<String>,
    pub(super) night: Option<String>,
}

impl Newcomer {
    /// Everything but the address.
    pub(super) fn check(&self, errors: &mut Errors) {
        my::check_names(errors, &self.nickname, &self.name);
        match self.kind.as_str() {
            "personal" => {}
            "company" => errors.required("company_name", &self.company_name, 80),
            _ => errors.add("kind", "form-required"),
        }
        if self.adult.is_none() {
            errors.add("adult", "signup-under-14");
        }
        for (field, given) in [("terms", &self.terms), ("privacy", &self.privacy), ("transfer", &self.transfer)] {
            if given.is_none() {
                errors.add(field, "signup-consent-required");
            }
        }
    }

    /// As checked; `email` is its normal form. Without a password only another platform lets them in.
    pub(super) fn member(&self, page: &Page, email: &str, password_hash: Option<String>) -> NewMember {
        let company = self.kind == "company";
        NewMember {
            email: email.to_owned(),
            password_hash,
            nickname: self.nickname.clone(),
            name: self.name.clone(),
            kind: if company { MemberKind::Company } else { MemberKind::Personal },
            company_name: company.then(|| self.company_name.trim().to_owned()),
            lang: page.lang,
            consents: vec![
                (ConsentPurpose::Terms, true),
                (ConsentPurpose::Privacy, true),
                (ConsentPurpose::TransferAbroad, true),
                (ConsentPurpose::MarketingEmail, self.marketing.is_some()),
                (ConsentPurpose::MarketingNight, self.marketing.is_some() && self.night.is_some()),
            ],
        }
    }
}
