//! What the commands that need an account have in common: from files and flags to a plan.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bogosa_engine::{Address, Graph, Inventory, Kinds, Plan, Record, discover, discover_awaiting, plan};

use super::error::CommandError;
use super::ui::Ui;
use super::{FileOrName, Global, OverArgs, StackArgs};
use crate::aws::home::Kept;
use crate::aws::{Cloud, Target, home};
use crate::build::{Make, Recipe, sources};
use crate::lower::{Facts, Sources, app, lower, media};
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

/// What a program is built from, as the field at `path` says.
fn sources_of(stack: &Stack, path: &str, recipe: Option<Recipe>) -> Result<Sources, CommandError> {
    let Some(recipe) = recipe else { return Ok(Sources::default()) };
    let directory = stack.build_directory(path);
    let absolute = std::path::absolute(&directory).unwrap_or(directory);
    let wrong = |what: String| CommandError::input(format!("{}: {path}: {what}", stack.at(path)));
    if matches!(recipe.make, Make::Cargo { .. }) && !absolute.join("Cargo.toml").is_file() {
        return Err(wrong(format!("cargo cannot build in {}: there is no Cargo.toml", absolute.display()))
            .hint(format!("Name a cargo workspace as `{path}.directory`, or what to ship as `{path}.artifact`.")));
    }
    let digest = sources::digest(&recipe, &absolute).map_err(|error| wrong(format!("{error:#}")))?;
    Ok(Sources { digest, directory: absolute.display().to_string() })
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
        let here = self.sandbox.is_some();
        let facts = Facts {
            account: self.cloud.account.clone(),
            region: self.cloud.region.clone(),
            partition: self.cloud.partition.clone(),
            zone_id,
            app: sources_of(stack, "app.build", app::recipe(document, here))?,
            functions: sources_of(stack, "media.functions.build", media::recipe(document, here))?,
            here,
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
    pub(crate) async fn look(&self, stack: &str, graph: &Graph) -> bogosa_engine::Result<Inventory> {
        self.cloud.read_index(stack).await?;
        discover(&self.kinds, &self.cloud, stack, graph).await
    }

    /// What the last run applied, if that is known.
    pub(crate) async fn record(&self, stack: &str) -> Result<Option<Kept>, CommandError> {
        Ok(home::read_record(&self.cloud, stack).await?)
    }

    /// What is to be done about what was seen, and what was seen at last. `wanted` is what was looked for.
    ///
    /// The record explains changes and tells creations apart; where there are none it is not asked for. What it says was
    /// made a moment ago, and AWS does not show, is looked for until AWS can no longer hide it.
    pub(crate) async fn plan_from(
        &self,
        stack: &str,
        graph: &Graph,
        wanted: &Graph,
        seen: Inventory,
        ui: &Ui,
    ) -> Result<(Inventory, Plan), CommandError> {
        let without = plan(&self.kinds, stack, graph, &seen, None)?;
        if without.is_noop() {
            return Ok((seen, without));
        }
        let Some(Kept { record, age }) = self.record(stack).await? else { return Ok((seen, without)) };
        let within = self.cloud.hides_for().saturating_sub(age);
        let hidden = self.hidden(graph, &seen, &record);
        let seen = if hidden.is_empty() || within.is_zero() {
            seen
        } else {
            let names: Vec<String> = hidden.iter().map(ToString::to_string).collect();
            ui.note(format!(
                "Run {} made {} {} s ago, and AWS does not show it. Looking again for {} s",
                record.run,
                names.join(", "),
                age.as_secs(),
                within.as_secs().max(1)
            ));
            discover_awaiting(&hidden, within, Duration::from_secs(1), || self.look(stack, wanted)).await?
        };
        let plan = plan(&self.kinds, stack, graph, &seen, Some(&record))?;
        Ok((seen, plan))
    }

    /// What the last run made, or may have made, and was not seen.
    fn hidden(&self, graph: &Graph, seen: &Inventory, record: &Record) -> BTreeSet<Address> {
        // What has a name of its own is found by it when it is made again.
        let anew = |address: &&Address| {
            graph.get(address).is_none() || self.kinds.get(address.kind()).is_some_and(|kind| kind.about().tag_only)
        };
        let made = record.applied.keys().chain(record.unfinished.iter().filter(anew));
        made.filter(|address| seen.get(address).is_none()).cloned().collect()
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
