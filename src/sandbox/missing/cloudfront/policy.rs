//! Create, read, change, delete and list policies.

use super::{CloudFront, Kind, NAMESPACE, Operation, check, managed, with_etag};
use crate::{
    call::Call,
    id,
    missing::{
        clock::{iso, unix},
        refusal::{Refusal, refuse},
    },
    reply::Reply,
    xml::Element,
};

#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub id: String,
    pub etag: String,
    pub modified: String,
    /// `<CachePolicyConfig>…`
    pub config: Element,
    /// AWS's own, which nobody can change.
    pub managed: bool,
}

impl Policy {
    pub(super) fn name(&self) -> &str {
        self.config.text("Name").unwrap_or_default()
    }

    fn element(&self, kind: &Kind) -> Element {
        Element::new(kind.noun)
            .with(Element::leaf("Id", &self.id))
            .with(Element::leaf("LastModifiedTime", &self.modified))
            .with(self.config.clone())
    }
}

pub(super) fn missing(kind: &Kind, id: &str) -> Refusal {
    Refusal { status: 404, code: kind.missing, message: format!("The specified {} does not exist: {id}", kind.path) }
}

/// An id that distributions refer to, and the distribution's own.
pub(super) type Reference = (String, String);

impl CloudFront {
    pub(super) fn run(
        &self,
        call: &Call,
        kind: &'static Kind,
        operation: Operation,
        users: &[Reference],
    ) -> Result<Reply, Refusal> {
        let id = call.path().get(2).cloned().unwrap_or_default();
        let found = || self.find(kind, &id).ok_or_else(|| missing(kind, &id));
        match operation {
            Operation::Create => self.create(call, kind),
            Operation::Get => found().map(|policy| with_etag(document(200, policy.element(kind)), &policy)),
            Operation::GetConfig => found().map(|policy| with_etag(document(200, policy.config.clone()), &policy)),
            Operation::Update => self.update(call, kind, found()?),
            Operation::Delete => self.delete(call, kind, &found()?, users),
            Operation::List => self.list(call, kind),
            Operation::Users => {
                found()?;
                Ok(distributions(&id, users))
            }
        }
    }

    fn create(&self, call: &Call, kind: &'static Kind) -> Result<Reply, Refusal> {
        let config = check::config(call, kind)?;
        let policy = Policy { id: id::uuid(), etag: etag(), modified: iso(unix()), config, managed: false };
        self.unique(kind, &policy)?;
        self.policies.insert(kind.noun, &policy.id, policy.clone());
        let location = format!("https://cloudfront.amazonaws.com/2020-05-31/{}/{}", kind.path, policy.id);
        Ok(with_etag(document(201, policy.element(kind)), &policy).header("location", &location))
    }

    /// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateCachePolicy.html>: the whole configuration
    /// is replaced, and `If-Match` must name the version it replaces.
    fn update(&self, call: &Call, kind: &'static Kind, mut policy: Policy) -> Result<Reply, Refusal> {
        if policy.managed {
            return refuse(400, "IllegalUpdate", "The update contains modifications that are not allowed.");
        }
        if_match(call, &policy)?;
        policy.config = check::config(call, kind)?;
        self.unique(kind, &policy)?;
        policy.etag = etag();
        policy.modified = iso(unix());
        self.policies.insert(kind.noun, &policy.id, policy.clone());
        Ok(with_etag(document(200, policy.element(kind)), &policy))
    }

    /// "You cannot delete a cache policy if it's attached to a cache behavior."
    /// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteCachePolicy.html>
    fn delete(&self, call: &Call, kind: &Kind, policy: &Policy, users: &[Reference]) -> Result<Reply, Refusal> {
        if policy.managed {
            return refuse(400, "IllegalDelete", "You cannot delete a managed policy.");
        }
        if_match(call, policy)?;
        if users.iter().any(|(used, _)| *used == policy.id) {
            let what = kind.path.replace('-', " ");
            let message = format!(
                "Cannot delete the {what} because it is attached to one or more cache behaviors in a CloudFront distribution."
            );
            return refuse(409, kind.in_use, message);
        }
        self.policies.remove(kind.noun, &policy.id);
        Ok(Reply::empty(204))
    }

    fn unique(&self, kind: &'static Kind, new: &Policy) -> Result<(), Refusal> {
        let own = self.policies.list(kind.noun);
        match managed::of(kind).iter().chain(&own).any(|old| old.name() == new.name() && old.id != new.id) {
            true => refuse(
                409,
                kind.exists,
                format!("A {} with this name already exists: {}", kind.path.replace('-', " "), new.name()),
            ),
            false => Ok(()),
        }
    }

    /// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListCachePolicies.html>: of one type or both;
    /// `MaxItems` at most, and where there are more, the id of the next as `NextMarker`.
    fn list(&self, call: &Call, kind: &'static Kind) -> Result<Reply, Refusal> {
        let mut all = match call.parameter("Type").as_deref() {
            Some("managed") => managed::of(kind).to_vec(),
            Some("custom") => self.policies.list(kind.noun),
            None => managed::of(kind).iter().cloned().chain(self.policies.list(kind.noun)).collect(),
            Some(other) => return refuse(400, "InvalidArgument", format!("The parameter Type is not valid: {other}")),
        };
        let size: usize = match call.parameter("MaxItems").map(|size| size.parse()) {
            None => 100,
            Some(Ok(size)) if size > 0 => size,
            Some(_) => return refuse(400, "InvalidArgument", "The parameter MaxItems is not valid"),
        };
        if let Some(marker) = call.parameter("Marker") {
            match all.iter().position(|policy| policy.id == marker) {
                Some(at) => drop(all.drain(..at)),
                None => return refuse(400, "InvalidArgument", format!("The parameter Marker is not valid: {marker}")),
            }
        }
        let mut items = Element::new("Items");
        for policy in all.iter().take(size) {
            let kind_of = if policy.managed { "managed" } else { "custom" };
            items.children.push(
                Element::new(&format!("{}Summary", kind.noun))
                    .with(Element::leaf("Type", kind_of))
                    .with(policy.element(kind)),
            );
        }
        let mut list = Element::new(&format!("{}List", kind.noun));
        list.children.extend(all.get(size).map(|next| Element::leaf("NextMarker", &next.id)));
        let list = list
            .with(Element::leaf("MaxItems", size))
            .with(Element::leaf("Quantity", items.children.len()))
            .with(items);
        Ok(document(200, list))
    }
}

/// A missing `If-Match` is InvalidIfMatchVersion, one of another version PreconditionFailed.
fn if_match(call: &Call, policy: &Policy) -> Result<(), Refusal> {
    match call.headers.get("if-match").and_then(|value| value.to_str().ok()) {
        Some(version) if version.trim_matches('"') == policy.etag => Ok(()),
        Some(_) => refuse(
            412,
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
        ),
        None => refuse(400, "InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource."),
    }
}

fn distributions(id: &str, users: &[Reference]) -> Reply {
    let mut items = Element::new("Items");
    items.children.extend(
        users
            .iter()
            .filter(|(used, _)| used == id)
            .map(|(_, distribution)| Element::leaf("DistributionId", distribution)),
    );
    items.children.dedup(); // one distribution may name it in several behaviours
    let list = Element::new("DistributionIdList")
        .with(Element::leaf("Marker", ""))
        .with(Element::leaf("MaxItems", 100))
        .with(Element::leaf("IsTruncated", false))
        .with(Element::leaf("Quantity", items.children.len()));
    document(200, list.with(items))
}

fn document(status: u16, root: Element) -> Reply {
    Reply::xml(status, &root.attribute("xmlns", NAMESPACE))
}

fn etag() -> String {
    format!("E{}", id::upper(13))
}
