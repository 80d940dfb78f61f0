//! Launch template: what an instance of the Auto Scaling group is.
//!
//! Its name cannot be changed; anything else makes a new version, which becomes the default. Only the latest
//! version counts as ours. The AMI may be `resolve:ssm:<parameter>`: EC2 looks it up whenever an instance starts.
//!
//! A template has tags of its own and, inside its data, the tags of the instances and volumes to come.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{InstanceType, LaunchTemplate as SdkLaunchTemplate};
use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest, LaunchTemplateHttpTokensState,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataOptionsRequest, LaunchTemplateInstanceNetworkInterfaceSpecificationRequest,
    LaunchTemplateTagSpecificationRequest, LaunchTemplatesMonitoringRequest, RequestLaunchTemplateData, ResourceType,
    ResponseLaunchTemplateData, Tag, VolumeType,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bogosa_engine::{
    Context, Difference, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{of_stack, retag, tagged};
use crate::aws::{Cloud, Said, tags};
use crate::{read_tags, write_tags};

#[derive(Debug)]
pub struct LaunchTemplate;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// `ami-…`, or `resolve:ssm:` and the name of a parameter.
    pub image: String,
    pub instance_type: String,
    pub key_pair: Option<String>,
    /// The ARN of the instance profile.
    pub instance_profile: Input,
    pub security_groups: BTreeSet<Input>,
    pub public_address: bool,
    /// The script itself, not base64; at most 16 KiB.
    pub user_data: Input,
    pub disk: Disk,
    /// Metadata are given to IMDSv2 only.
    pub imdsv2_required: bool,
    /// How many machines an answer with metadata may pass: 1 keeps it from containers.
    pub metadata_hops: i32,
    /// Metrics by the minute.
    pub detailed_monitoring: bool,
    /// By resource type (`instance`, `volume`): the tags that EC2 gives what it starts. Not called `tags`, which
    /// are the template's own.
    pub tag_specifications: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether who names no version gets the latest. Always true in a stack.
    pub latest_is_default: bool,
}

/// The root disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// What the AMI calls its root disk, such as `/dev/xvda`.
    pub device: String,
    pub gib: i32,
    #[serde(rename = "type")]
    pub kind: String,
    pub encrypted: bool,
}

impl Resource for LaunchTemplate {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.launch_template";
    const OUTPUTS: &'static [&'static str] = &["id", "latest_version"];
    const VOLATILE: &'static [&'static str] = &["latest_version"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 2, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        let mut pages = cloud.ec2().describe_launch_templates().filters(of_stack(scope.stack)).into_paginator().send();
        while let Some(page) = pages.next().await {
            for template in page.said("ec2 DescribeLaunchTemplates")?.launch_templates() {
                let live_tags = read_tags!(template.tags());
                let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
                let id = template.launch_template_id().unwrap_or_default().to_owned();
                let Some(data) = latest(cloud, &id).await? else { continue };
                let (spec, outputs) = (spec_of(template, &data), outputs(template));
                found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let made = cloud
            .ec2()
            .create_launch_template()
            .launch_template_name(&spec.name)
            .launch_template_data(data(spec)?)
            .tag_specifications(tagged(context, ResourceType::LaunchTemplate))
            .send()
            .await
            .said("ec2 CreateLaunchTemplate");
        match made {
            Ok(made) => Ok(made.launch_template().map(outputs).unwrap_or_default()),
            Err(failure) if failure.is(&["InvalidLaunchTemplateName.AlreadyExistsException"]) => {
                let call = cloud.ec2().describe_launch_templates().launch_template_names(&spec.name);
                let answer = call.send().await.said("ec2 DescribeLaunchTemplates")?;
                let Some(template) = answer.launch_templates().first() else { return Err(failure) };
                let what = format!("the launch template {}", spec.name);
                tags::must_be_ours(context, &what, &read_tags!(template.tags()))?;
                new_version(cloud, template.launch_template_id().unwrap_or_default(), spec).await
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        // A run that died in between has made the version already.
        if differences.iter().all(|difference| difference.path == "latest_is_default") {
            let version = live.outputs.get("latest_version").cloned().unwrap_or_default();
            return make_default(cloud, &live.id, &version).await;
        }
        new_version(cloud, &live.id, want).await
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.ec2().delete_launch_template().launch_template_id(&live.id);
        match call.send().await.said("ec2 DeleteLaunchTemplate") {
            Err(failure) if failure.is(&["InvalidLaunchTemplateId.NotFound"]) => Ok(()),
            result => result.map(drop),
        }
    }
}

/// The data of the latest version.
async fn latest(cloud: &Cloud, id: &str) -> Result<Option<ResponseLaunchTemplateData>> {
    let call = cloud.ec2().describe_launch_template_versions().launch_template_id(id).versions("$Latest");
    match call.send().await.said("ec2 DescribeLaunchTemplateVersions") {
        Ok(answer) => {
            Ok(answer.launch_template_versions().first().and_then(|version| version.launch_template_data()).cloned())
        }
        Err(failure) if failure.is(&["InvalidLaunchTemplateId.NotFound"]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn new_version(cloud: &Cloud, id: &str, spec: &Spec) -> Result<Outputs> {
    let call = cloud.ec2().create_launch_template_version().launch_template_id(id).launch_template_data(data(spec)?);
    let made = call.send().await.said("ec2 CreateLaunchTemplateVersion")?;
    let version = made.launch_template_version().and_then(|version| version.version_number()).unwrap_or_default();
    make_default(cloud, id, &version.to_string()).await
}

async fn make_default(cloud: &Cloud, id: &str, version: &str) -> Result<Outputs> {
    let call = cloud.ec2().modify_launch_template().launch_template_id(id).default_version(version);
    call.send().await.said("ec2 ModifyLaunchTemplate")?;
    Ok(Outputs::from([("id".to_owned(), id.to_owned()), ("latest_version".to_owned(), version.to_owned())]))
}

fn data(spec: &Spec) -> Result<RequestLaunchTemplateData> {
    let Spec { name: _, image, instance_type, key_pair, instance_profile, security_groups, public_address, .. } = spec;
    let Disk { device, gib, kind, encrypted } = &spec.disk;
    let ebs = LaunchTemplateEbsBlockDeviceRequest::builder()
        .volume_size(*gib)
        .volume_type(VolumeType::from(kind.as_str()))
        .encrypted(*encrypted)
        .delete_on_termination(true)
        .build();
    let tokens = match spec.imdsv2_required {
        true => LaunchTemplateHttpTokensState::Required,
        false => LaunchTemplateHttpTokensState::Optional,
    };
    let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_endpoint(LaunchTemplateInstanceMetadataEndpointState::Enabled)
        .http_tokens(tokens)
        .http_put_response_hop_limit(spec.metadata_hops)
        .build();
    let mut interface = LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .device_index(0)
        .associate_public_ip_address(*public_address)
        .delete_on_termination(true);
    for group in security_groups {
        interface = interface.groups(group.known()?);
    }
    let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder().arn(instance_profile.known()?);
    let tags = spec.tag_specifications.iter().map(|(resource, tags)| {
        let specification =
            LaunchTemplateTagSpecificationRequest::builder().resource_type(ResourceType::from(resource.as_str()));
        specification.set_tags(Some(write_tags!(Tag, tags))).build()
    });
    Ok(RequestLaunchTemplateData::builder()
        .image_id(image)
        .instance_type(InstanceType::from(instance_type.as_str()))
        .set_key_name(key_pair.clone())
        .iam_instance_profile(profile.build())
        .network_interfaces(interface.build())
        .user_data(BASE64.encode(spec.user_data.known()?))
        .block_device_mappings(LaunchTemplateBlockDeviceMappingRequest::builder().device_name(device).ebs(ebs).build())
        .metadata_options(metadata)
        .monitoring(LaunchTemplatesMonitoringRequest::builder().enabled(spec.detailed_monitoring).build())
        .set_tag_specifications(Some(tags.collect()))
        .build())
}

fn spec_of(template: &SdkLaunchTemplate, data: &ResponseLaunchTemplateData) -> Spec {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mapping = data.block_device_mappings().first();
    let ebs = mapping.and_then(|mapping| mapping.ebs());
    let metadata = data.metadata_options();
    let interface = data.network_interfaces().first();
    let groups = interface.map_or(data.security_group_ids(), |interface| interface.groups());
    let user_data = BASE64.decode(data.user_data().unwrap_or_default()).unwrap_or_default();
    let tags = data.tag_specifications().iter().filter_map(|specification| {
        let resource = specification.resource_type()?.as_str().to_owned();
        Some((resource, read_tags!(specification.tags())))
    });
    Spec {
        name: text(template.launch_template_name()),
        image: text(data.image_id()),
        instance_type: text(data.instance_type().map(|kind| kind.as_str())),
        key_pair: data.key_name().map(str::to_owned),
        instance_profile: text(data.iam_instance_profile().and_then(|profile| profile.arn())).into(),
        security_groups: groups.iter().map(Input::from).collect(),
        public_address: interface.and_then(|interface| interface.associate_public_ip_address()).unwrap_or_default(),
        user_data: String::from_utf8_lossy(&user_data).into_owned().into(),
        disk: Disk {
            device: text(mapping.and_then(|mapping| mapping.device_name())),
            gib: ebs.and_then(|ebs| ebs.volume_size()).unwrap_or_default(),
            kind: text(ebs.and_then(|ebs| ebs.volume_type()).map(|kind| kind.as_str())),
            encrypted: ebs.and_then(|ebs| ebs.encrypted()).unwrap_or_default(),
        },
        imdsv2_required: metadata.and_then(|metadata| metadata.http_tokens())
            == Some(&LaunchTemplateHttpTokensState::Required),
        metadata_hops: metadata.and_then(|metadata| metadata.http_put_response_hop_limit()).unwrap_or_default(),
        detailed_monitoring: data.monitoring().and_then(|monitoring| monitoring.enabled()).unwrap_or_default(),
        tag_specifications: tags.collect(),
        latest_is_default: template.default_version_number() == template.latest_version_number(),
    }
}

fn outputs(template: &SdkLaunchTemplate) -> Outputs {
    Outputs::from([
        ("id".to_owned(), template.launch_template_id().unwrap_or_default().to_owned()),
        ("latest_version".to_owned(), template.latest_version_number().unwrap_or_default().to_string()),
    ])
}
