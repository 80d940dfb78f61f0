//! What the commands that need an account have in common: from files and flags to a plan.

use std::sync::Arc;
use std::time::Instant;

use bogosa_engine::{Graph, Inventory, Kinds, Plan, Record, discover, plan};

use super::error::CommandError;
use super::ui::Ui;
use super::{FileOrName, Global, OverArgs, StackArgs};
use crate::aws::{Cloud, Target, home};
use crate::lower::{Facts, lower};
use crate::resources;
use crate::stack::{LoadOptions, Stack};

/// An account, and the table of kinds.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) kinds: Kinds<Cloud>,
    pub(crate) started: Instant,
}

pub(crate) fn load(args: &StackArgs) -> Result<Stack, CommandError> {
    let StackArgs { stack, over: OverArgs { overlay, set } } = args;
    Ok(Stack::load(&LoadOptions { file: stack.clone(), overlays: overlay.clone(), sets: set.clone() })?)
}

impl FileOrName {
    /// The account, the stack's name, and what its file wants; nothing where there is no file.
    pub(crate) async fn open(&self, global: &Global, ui: &Ui) -> Result<(Session, String, Graph), CommandError> {
        let Self { stack, over, name } = self;
        if let Some(name) = name {
            return Ok((Session::connect(global, None, ui).await?, name.clone(), Graph::default()));
        }
        let stack = load(&StackArgs { stack: stack.clone().unwrap_or_default(), over: over.clone() })?;
        let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
        let graph = session.graph(&stack).await?;
        Ok((session, stack.doc.stack.clone(), graph))
    }
}

impl Session {
    /// Connects to the account. `region` is the stack file's; the flag goes before it.
    pub(crate) async fn connect(global: &Global, region: Option<&str>, ui: &Ui) -> Result<Self, CommandError> {
        let started = Instant::now();
        let mut target = Target {
            region: global.region.clone().or_else(|| region.map(str::to_owned)),
            profile: global.profile.clone(),
            endpoint_url: global.endpoint_url.clone(),
            sandbox: global.sandbox,
        };
        if global.sandbox {
            target.endpoint_url = Some(super::sandbox::ensure(global, ui).await?);
            target.region.get_or_insert_with(|| "us-east-1".to_owned());
        }
        let cloud = Arc::new(Cloud::connect(&target).await?);
        Ok(Self { cloud, kinds: resources::kinds(), started })
    }

    /// The resources that a stack file asks for in this account.
    pub(crate) async fn graph(&self, stack: &Stack) -> Result<Graph, CommandError> {
        let document = &stack.doc;
        let zone_id = match &document.dns {
            Some(dns) if !dns.create => Some(self.existing_zone(stack, &dns.zone).await?),
            _ => None,
        };
        let facts = Facts {
            account: self.cloud.account.clone(),
            region: self.cloud.region.clone(),
            partition: self.cloud.partition.clone(),
            zone_id,
        };
        Ok(lower(stack, &facts)?)
    }

    async fn existing_zone(&self, stack: &Stack, zone: &str) -> Result<String, CommandError> {
        resources::route53::find_zone(&self.cloud, zone).await?.ok_or_else(|| {
            CommandError::input(format!("{}: there is no hosted zone {zone} in this account", stack.at("dns.zone")))
                .hint("Set `dns.create: true` to let bogosa make it, or name a zone that exists.")
        })
    }

    /// What exists.
    pub(crate) async fn look(&self, stack: &str, graph: &Graph) -> Result<Inventory, CommandError> {
        self.cloud.read_index(stack).await?;
        Ok(discover(&self.kinds, &self.cloud, stack, graph).await?)
    }

    /// What the last run applied, if that is known.
    pub(crate) async fn record(&self, stack: &str) -> Result<Option<Record>, CommandError> {
        Ok(home::read_record(&self.cloud, stack).await?)
    }

    pub(crate) async fn plan(&self, stack: &str, graph: &Graph) -> Result<Plan, CommandError> {
        let inventory = self.look(stack, graph).await?;
        self.plan_from(stack, graph, &inventory).await
    }

    /// The record explains changes and tells creations apart; where there are none it is not asked for.
    pub(crate) async fn plan_from(
        &self,
        stack: &str,
        graph: &Graph,
        inventory: &Inventory,
    ) -> Result<Plan, CommandError> {
        let without = plan(&self.kinds, stack, graph, inventory, None)?;
        if without.is_noop() {
            return Ok(without);
        }
        let record = self.record(stack).await?;
        Ok(plan(&self.kinds, stack, graph, inventory, record.as_ref())?)
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
