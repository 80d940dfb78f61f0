//! What the planner decides, case by case.

use bogosa_engine::*;

use crate::fake::{Fake, kinds, node, replan, settle, up};

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn two() -> Graph {
    let mut graph = Graph::default();
    graph.insert(node(0, "base", "x", "1", &[]));
    graph.insert(node(4, "user", "x", "1", &[address("a.plain/base")]));
    graph
}

fn lines(plan: &Plan) -> String {
    plan.changes
        .iter()
        .map(|change| {
            let paths: Vec<String> = change
                .differences
                .iter()
                .map(|(difference, cause)| format!("{} ({cause:?})", difference.path))
                .collect();
            format!(
                "{:?} {} because: {} [{}] {}\n",
                change.action,
                change.address,
                change.reason,
                change.impact,
                paths.join(", ")
            )
        })
        .collect()
}

#[tokio::test]
async fn plans_say_what_and_why() {
    let cloud = Fake::default();
    let mut record = Record::default();
    let mut text = String::new();
    let mut step = |title: &str, plan: &Plan| text.push_str(&format!("# {title}\n{}\n", lines(plan)));

    step("first", &replan(&cloud, &two(), &record).await);
    settle(&cloud, &two(), &mut record).await;
    step("again", &replan(&cloud, &two(), &record).await);

    let mut edited = two();
    edited.insert(node(0, "base", "y", "1", &[]));
    step("a field changed in the file", &replan(&cloud, &edited, &record).await);

    let mut replaced = two();
    replaced.insert(node(0, "base", "x", "2", &[]));
    step("a field that replaces", &replan(&cloud, &replaced, &record).await);

    cloud.outside(|objects| {
        for object in objects.values_mut() {
            object.spec.text = "theirs".into();
        }
    });
    step("changed outside", &replan(&cloud, &two(), &record).await);
    step("changed outside, without a record", &replan(&cloud, &two(), &Record::default()).await);
    cloud.outside(|objects| objects.retain(|id, _| id.starts_with("a.")));
    step("deleted outside", &replan(&cloud, &two(), &record).await);
    step("destroy", &replan(&cloud, &Graph::default(), &record).await);
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_failure_stops_what_depends_on_it_and_nothing_else() {
    let cloud = Fake::default();
    let mut graph = two();
    graph.insert(node(3, "sibling", "x", "1", &[]));
    cloud.refuse("a.plain/base");
    let (_, report) = up(&cloud, &graph, &mut Record::default(), &Cancel::default()).await.unwrap();
    let failed: Vec<String> = report.failures().map(|(address, failure)| format!("{address}: {failure}")).collect();
    let skipped: Vec<String> = report.skipped().map(|(address, because)| format!("{address}: {because}")).collect();
    assert_eq!(failed, ["a.plain/base: create: the cloud has a bad day (Fault)"]);
    assert_eq!(skipped, ["c.versioned/user: waits on a.plain/base, which failed"]);
    assert_eq!(report.summary().create, 1, "the sibling is made");
}

#[tokio::test]
async fn a_cancelled_run_starts_nothing_new() {
    let cancel = Cancel::default();
    cancel.request();
    let cloud = Fake::default();
    let (_, report) = up(&cloud, &two(), &mut Record::default(), &cancel).await.unwrap();
    assert!(report.cancelled && cloud.objects().is_empty());
    assert!(report.skipped().any(|(_, because)| because == "the run was cancelled"));
}

#[test]
fn two_of_one_address_are_refused() {
    let live = |id: &str| Live {
        address: address("a.plain/x"),
        id: id.into(),
        spec: serde_json::json!({}),
        outputs: Outputs::new(),
        tags: None,
        status: Status::Ready,
    };
    let failure = Inventory::new([live("one"), live("two")]).unwrap_err();
    assert_eq!(failure.to_string(), "finding a.plain/x: there are two: one and two");
}

#[test]
fn a_graph_that_cannot_be_planned_says_why() {
    let mut graph = Graph::default();
    graph.insert(node(0, "x", "", "", &[address("c.versioned/y"), address("nothing.known/z")]));
    let errors = graph.dependencies(&kinds()).unwrap_err();
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(texts.contains(&"a.plain/x refers to c.versioned/y, which is not in the graph".to_owned()), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("the output \"id\" of nothing.known/z")), "{texts:?}");
}

/// Names order what the table of kinds does not, so that nothing is circular.
#[tokio::test]
async fn within_a_kind_a_resource_comes_after_those_whose_names_come_before() {
    let after = |from: &str, to: &str| {
        let mut graph = Graph::default();
        graph.insert(node(0, to, "x", "1", &[]));
        let mut later = node(0, from, "x", "1", &[]);
        later.after.insert(address(&format!("a.plain/{to}")));
        graph.insert(later);
        graph
    };
    for (from, to) in [("a", "b"), ("a", "a")] {
        let wrong = after(from, to).dependencies(&kinds()).unwrap_err();
        assert!(matches!(wrong.as_slice(), [GraphError::Backwards { .. }]), "{wrong:?}");
    }
    let cloud = Fake::default();
    cloud.refuse("a.plain/a");
    let (_, report) = up(&cloud, &after("b", "a"), &mut Record::default(), &Cancel::default()).await.unwrap();
    assert_eq!(report.failures().map(|(address, _)| address.to_string()).collect::<Vec<_>>(), ["a.plain/a"]);
    assert_eq!(report.skipped().map(|(address, _)| address.to_string()).collect::<Vec<_>>(), ["a.plain/b"]);
}
