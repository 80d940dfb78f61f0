//! A saved plan: what was wanted, where, and the digest of what was to be done. `up --plan` plans again and
//! refuses where the outcome is another one.

use std::path::Path;

use bogosa_engine::{Graph, Inventory, Plan};
use serde::{Deserialize, Serialize};

use super::error::CommandError;
use super::session::Session;

const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanFile {
    version: u32,
    pub(super) stack: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) graph: Graph,
    pub(super) fingerprint: String,
    /// For readers and for `audit --plan`; not used to apply.
    plan: Plan,
}

impl PlanFile {
    pub(super) fn new(session: &Session, graph: Graph, plan: &Plan) -> Self {
        Self {
            version: VERSION,
            stack: plan.stack.clone(),
            account: session.cloud.account.clone(),
            region: session.cloud.region.clone(),
            graph,
            fingerprint: plan.fingerprint(),
            plan: plan.clone(),
        }
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| CommandError::failed(error.to_string()))?;
        std::fs::write(file, text)
            .map_err(|error| CommandError::input(format!("cannot write {}: {error}", file.display())))
    }

    pub(super) fn read(file: &Path) -> Result<Self, CommandError> {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| CommandError::input(format!("cannot read {shown}: {error}")))?;
        let plan: Self = serde_json::from_str(&text).map_err(|error| {
            CommandError::input(format!("{shown} is not a saved plan: {error}"))
                .hint("Make one with `bogosa plan STACK --out FILE`, with the same version of bogosa.")
        })?;
        if plan.version != VERSION {
            return Err(CommandError::input(format!(
                "{shown} has format {}, this bogosa reads {VERSION}",
                plan.version
            ))
            .hint("Make the plan again with this version of bogosa."));
        }
        Ok(plan)
    }

    /// What existed when the plan was made.
    pub(super) fn before(&self) -> bogosa_engine::Result<Inventory> {
        Inventory::new(self.plan.changes.iter().filter_map(|change| change.before.clone()))
    }

    /// Refuses another account or region, and a plan that no longer does the same.
    pub(super) fn check(&self, session: &Session, now: &Plan) -> Result<(), CommandError> {
        let (account, region) = (&session.cloud.account, &session.cloud.region);
        if (account, region) != (&self.account, &self.region) {
            let message = format!(
                "the plan is for account {} in {}, these credentials are for {account} in {region}",
                self.account, self.region
            );
            return Err(CommandError::input(message));
        }
        if now.fingerprint() != self.fingerprint {
            return Err(CommandError::failed("the account has changed since the plan was made; nothing was done")
                .hint("Make the plan again, look at it, and apply that one."));
        }
        Ok(())
    }
}
