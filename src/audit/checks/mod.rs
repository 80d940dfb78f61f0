//! Every check, by what it looks at. Ids count within each part and are never reused.
//!
//! Of the catalogue's checks these concern nothing that bogosa makes or reads: VPC block public access (an account's
//! setting), peering, instances without a group, and IVS channels (the application makes them).

mod acls;
mod cdn;
mod compute;
mod data;
mod exposure;
mod functions;
mod groups;
mod iam;
mod identity;
mod reach;
mod storage;
mod vpc;
mod waf;
mod web;

use super::check::Check;

pub(super) const ALL: &[&[Check]] = &[
    acls::CHECKS,
    cdn::CHECKS,
    compute::CHECKS,
    data::CHECKS,
    functions::CHECKS,
    groups::CHECKS,
    iam::CHECKS,
    identity::CHECKS,
    reach::CHECKS,
    storage::CHECKS,
    vpc::CHECKS,
    waf::CHECKS,
    web::CHECKS,
];
