//! The Resource Groups Tagging API over everything that exists.

use crate::client::aws;
use serde_json::json;

#[test]
fn pages_follow_one_another_and_filters_hold() {
    let aws = aws();
    for n in 0..5 {
        let name = format!("t{n}");
        let name = name.as_str();
        aws.query(
            "sns",
            "CreateTopic",
            &[("Name", name), ("Tags.member.1.Key", "stack"), ("Tags.member.1.Value", "a")],
        );
    }
    aws.query("sns", "CreateTopic", &[("Name", "other"), ("Tags.member.1.Key", "stack"), ("Tags.member.1.Value", "b")]);
    let mut seen = Vec::new();
    let mut token = json!("");
    loop {
        let ask = json!({ "ResourcesPerPage": 2, "PaginationToken": token, "TagFilters": [{ "Key": "stack", "Values": ["a"] }] });
        let page = aws.json("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources", ask);
        seen.extend(
            page["ResourceTagMappingList"].as_array().unwrap().iter().map(|found| found["ResourceARN"].clone()),
        );
        token = page["PaginationToken"].clone();
        if token == json!("") {
            break;
        }
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
    let ask = json!({ "ResourcesPerPage": 2, "PaginationToken": "gone" });
    let refused = aws.try_json("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources", ask);
    assert_eq!(refused.code(), "PaginationTokenExpiredException");
    let refused =
        aws.try_json("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources", json!({ "ResourcesPerPage": 101 }));
    assert_eq!(refused.code(), "InvalidParameterException");
}
