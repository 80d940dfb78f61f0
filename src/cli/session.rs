//! What the commands that need an account have in common: from files and flags to a plan.

use std::sync::Arc;
use std::time::Instant;

use bogosa_engine::{Graph, Inventory, Kinds, Plan, Record, discover, plan};

use super::error::CommandError;
use super::ui::Ui;
use super::{FileOrName, Global, OverArgs, StackArgs};
use crate::aws::{Cloud, Target, home};
use crate::build::{Recipe, sources};
use crate::lower::{Facts, app::recipe, lower};
use crate::resources;
use crate::stack::schema::Document;
use crate::stack::{LoadOptions, Stack};

/// An account, and the table of kinds.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) kinds: Kinds<Cloud>,
    pub(crate) started: Instant,
    /// The port of the sandbox, where the account is one: the application runs on this machine then.
    pub(crate) sandbox: Option<u16>,
}

pub(crate) fn load(args: &StackArgs) -> Result<Stack, CommandError> {
    let StackArgs { stack, over: OverArgs { overlay, set } } = args;
    Ok(Stack::load(&LoadOptions { file: stack.clone(), overlays: overlay.clone(), sets: set.clone() })?)
}

/// Where the application is built, and the digest of what it is built from.
fn sources_of(stack: &Stack, recipe: &Recipe) -> Result<(String, String), CommandError> {
    let directory = stack.build_directory();
    let absolute = std::path::absolute(&directory).unwrap_or(directory);
    let sources = sources::digest(recipe, &absolute).map_err(|error| {
        CommandError::input(format!("{}: the sources of the application: {error:#}", stack.at("app.build")))
    })?;
    Ok((absolute.display().to_string(), sources))
}

/// A stack that may have a file.
pub(crate) struct Opened {
    pub(crate) session: Session,
    pub(crate) name: String,
    /// What the file wants; nothing where there is none.
    pub(crate) graph: Graph,
    pub(crate) document: Option<Document>,
}

impl FileOrName {
    pub(crate) async fn open(&self, global: &Global, ui: &Ui) -> Result<Opened, CommandError> {
        let Self { stack, over, name } = self;
        if let Some(name) = name {
            let session = Session::connect(global, None, ui).await?;
            return Ok(Opened { session, name: name.clone(), graph: Graph::default(), document: None });
        }
        let stack = load(&StackArgs { stack: stack.clone().unwrap_or_default(), over: over.clone() })?;
        let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
        let graph = session.graph(&stack).await?;
        Ok(Opened { session, name: stack.doc.stack.clone(), graph, document: Some(stack.doc) })
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
        Ok(Self { cloud, kinds: resources::kinds(), started, sandbox: global.sandbox.then_some(global.sandbox_port) })
    }

    /// The resources that a stack file asks for in this account.
    pub(crate) async fn graph(&self, stack: &Stack) -> Result<Graph, CommandError> {
        let document = &stack.doc;
        let zone_id = match &document.dns {
            Some(dns) if !dns.create => Some(self.existing_zone(stack, &dns.zone).await?),
            _ => None,
        };
        let (directory, sources) = match recipe(document, self.sandbox.is_some()) {
            Some(recipe) => sources_of(stack, &recipe)?,
            None => Default::default(),
        };
        let facts = Facts {
            account: self.cloud.account.clone(),
            region: self.cloud.region.clone(),
            partition: self.cloud.partition.clone(),
            zone_id,
            sources,
            directory,
            here: self.sandbox.is_some(),
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
