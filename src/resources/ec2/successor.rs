//! Instances keep the security group that they were started with, until others take their place. Before a group goes that
//! has been replaced, their interfaces get its successor: nothing is cut off, and nothing holds the old one.
//! (What a service manages follows the service's own resource.)

use aws_sdk_ec2::types::NetworkInterface;
use bogosa_engine::{Context, Result, TAG_RESOURCE, former};

use super::{filter, of_stack};
use crate::aws::{Cloud, Said};

/// Moves the instances of a group to its successor, where there is one.
pub(super) async fn take_over(cloud: &Cloud, context: &Context, group: &str) -> Result<()> {
    let address = context.address.to_string();
    let of_heir = filter(&format!("tag:{TAG_RESOURCE}"), former(&address).unwrap_or(&address));
    let found = cloud.ec2().describe_security_groups().filters(of_stack(&context.stack)).filters(of_heir).send().await;
    let found = found.said("ec2 DescribeSecurityGroups")?;
    let other = |id: &&str| *id != group;
    let Some(heir) = found.security_groups().iter().find_map(|found| found.group_id().filter(other)) else {
        return Ok(());
    };
    let members = cloud.ec2().describe_network_interfaces().filters(filter("group-id", group)).send().await;
    for member in members.said("ec2 DescribeNetworkInterfaces")?.network_interfaces().iter().filter(is_of_instance) {
        let call = cloud.ec2().modify_network_interface_attribute();
        let call = call.network_interface_id(member.network_interface_id().unwrap_or_default());
        let call = call.set_groups(Some(with_heir(member, group, heir)));
        // One whose instance has just ended needs none.
        let gone = &["InvalidNetworkInterfaceID.NotFound"];
        super::gone_is_fine(call.send().await.said("ec2 ModifyNetworkInterfaceAttribute").map(drop), gone)?;
    }
    Ok(())
}

fn is_of_instance(interface: &&NetworkInterface) -> bool {
    let attached = interface.attachment().is_some_and(|attachment| attachment.instance_id().is_some());
    attached && interface.requester_managed() != Some(true)
}

/// The interface's groups, with one in the other's place.
fn with_heir(interface: &NetworkInterface, group: &str, heir: &str) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for one in interface.groups().iter().filter_map(|one| one.group_id()) {
        let one = if one == group { heir } else { one };
        if !groups.iter().any(|known| known == one) {
            groups.push(one.to_owned());
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::GroupIdentifier;

    #[test]
    fn the_heir_takes_the_place_once() {
        let group = |id: &str| GroupIdentifier::builder().group_id(id).build();
        let interface =
            NetworkInterface::builder().groups(group("a")).groups(group("old")).groups(group("new")).build();
        assert_eq!(with_heir(&interface, "old", "new"), ["a", "new"]);
    }
}
