//! Extractors that let only some in. A handler that takes none of them is open to guests.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::Duration;

use crate::app::AppState;
use crate::db::now;
use crate::entities::enums::Role;
use crate::entities::{members, sessions};
use crate::web::errors::Failure;
use crate::web::visitor::Visitor;

const RECENT: Duration = Duration::minutes(10);

/// Logged in, second factor included.
#[derive(Clone, Debug)]
pub struct CurrentMember {
    pub member: Arc<members::Model>,
    pub session: Arc<sessions::Model>,
}

/// May sell: has a seller profile and a second factor.
#[derive(Clone, Debug)]
pub struct Seller(pub CurrentMember);

#[derive(Clone, Debug)]
pub struct Admin(pub CurrentMember);

/// Has given the password within the last minutes: for what a borrowed computer must not do.
#[derive(Clone, Debug)]
pub struct Recent(pub CurrentMember);

impl CurrentMember {
    pub fn id(&self) -> i64 {
        self.member.id
    }

    /// The one way to ask "is it theirs?": whoever it is not theirs for cannot learn that it exists.
    pub fn owns(&self, owner_id: i64) -> Result<(), Failure> {
        if self.member.id == owner_id { Ok(()) } else { Err(Failure::NotTheirs) }
    }

    pub fn owns_or_admin(&self, owner_id: i64) -> Result<(), Failure> {
        if self.member.role == Role::Admin { Ok(()) } else { self.owns(owner_id) }
    }
}

impl Seller {
    pub fn id(&self) -> i64 {
        self.0.id()
    }

    pub fn owns(&self, owner_id: i64) -> Result<(), Failure> {
        self.0.owns(owner_id)
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Arc<Visitor>>();
        visitor.map(|visitor| Visitor::clone(visitor)).ok_or_else(|| Failure::internal("no visitor on this route"))
    }
}

impl FromRequestParts<AppState> for CurrentMember {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Arc<Visitor>>().ok_or(Failure::LogIn)?;
        match (&visitor.member, &visitor.session) {
            (Some(member), Some(session)) => Ok(Self { member: member.clone(), session: session.clone() }),
            _ => Err(Failure::LogIn),
        }
    }
}

impl FromRequestParts<AppState> for Seller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let current = CurrentMember::from_request_parts(parts, app).await?;
        if current.member.role == Role::Member {
            return Err(Failure::SellersOnly);
        }
        second_factor(&current)?;
        Ok(Self(current))
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let current = CurrentMember::from_request_parts(parts, app).await?;
        if current.member.role != Role::Admin {
            return Err(Failure::Forbidden);
        }
        second_factor(&current)?;
        Ok(Self(current))
    }
}

impl FromRequestParts<AppState> for Recent {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let current = CurrentMember::from_request_parts(parts, app).await?;
        let recent = current.session.reauthenticated_at.is_some_and(|at| at > now() - RECENT);
        if recent { Ok(Self(current)) } else { Err(Failure::Reauthenticate) }
    }
}

/// Log-in asks for the code once it is set up, so whoever has it set up has also given it.
fn second_factor(current: &CurrentMember) -> Result<(), Failure> {
    if current.member.totp_enabled_at.is_some() { Ok(()) } else { Err(Failure::SecondFactorMissing) }
}
