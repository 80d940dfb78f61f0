//! Death at every call, and at every pair of calls, of `up`, of an edit and of `destroy`. Nothing in it is random, so it
//! runs once, however many runs the random tests are asked for.

use bogosa_engine::*;

use crate::fake::{Fake, Fault, node, replan, settle, up, up_with};
use crate::random::each_of;

/// Two of each kind in a lattice; `generation` changes fields in place and fields that replace.
fn lattice(generation: usize) -> Graph {
    let mut graph = Graph::default();
    let mut before: Vec<Address> = Vec::new();
    for kind in 0..5 {
        let mut made = Vec::new();
        for number in 0..2 {
            let fixed = if kind % 2 == number { generation } else { 0 };
            let node = node(
                kind,
                &format!("n{number}"),
                &format!("text {generation}"),
                &fixed.to_string(),
                if kind == 2 { &[] } else { &before },
            );
            made.push(node.address.clone());
            graph.insert(node);
        }
        before = made;
    }
    graph
}

/// Runs `wanted` with deaths at the given calls, each counted from the start of its run, then to the end.
async fn dying(cloud: &Fake, wanted: &Graph, record: &mut Record, deaths: &[u64]) {
    for &death in deaths {
        cloud.fail_at(death, Fault::Death);
        // A process that dies writes no record.
        let mut lost = record.clone();
        if up(cloud, wanted, &mut lost, &Cancel::default()).await.is_some() {
            break;
        }
        cloud.revive();
    }
    settle(cloud, wanted, record).await;
    let again = replan(cloud, wanted, record).await;
    assert!(again.is_noop(), "{:#?}", again.effective().collect::<Vec<_>>());
}

async fn calls_of(from: &[Graph], wanted: &Graph) -> u64 {
    let cloud = Fake::default();
    let mut record = Record::default();
    for graph in from {
        settle(&cloud, graph, &mut record).await;
    }
    let before = cloud.calls();
    settle(&cloud, wanted, &mut record).await;
    cloud.calls() - before
}

#[test]
fn a_death_at_any_call_or_pair_of_calls_loses_nothing() {
    each_of([0], |_| async {
        let scenes = [(vec![], lattice(0)), (vec![lattice(0)], lattice(1)), (vec![lattice(0)], Graph::default())];
        for (from, wanted) in scenes {
            let calls = calls_of(&from, &wanted).await;
            assert!(calls >= 10, "{calls}");
            let undisturbed = Fake::default();
            settle(&undisturbed, &wanted, &mut Record::default()).await;
            for first in 1..=calls {
                for second in 0..=calls {
                    let cloud = Fake::default();
                    let mut record = Record::default();
                    for graph in &from {
                        settle(&cloud, graph, &mut record).await;
                    }
                    let deaths = if second == 0 { vec![first] } else { vec![first, second] };
                    dying(&cloud, &wanted, &mut record, &deaths).await;
                    assert_eq!(cloud.picture(), undisturbed.picture(), "deaths at {deaths:?}");
                }
            }
        }
    });
}

/// The cloud does not show what the dead run made; the journal says what to look for.
#[test]
fn what_a_dead_run_made_is_awaited_and_not_made_twice() {
    each_of([0], |_| async {
        let wanted = lattice(0);
        let undisturbed = Fake::default();
        settle(&undisturbed, &wanted, &mut Record::default()).await;
        for death in 1..=calls_of(&[], &wanted).await {
            let cloud = Fake::default();
            let (mut record, journal) = (Record::default(), std::sync::Arc::default());
            cloud.hide_new(2);
            cloud.fail_at(death, Fault::Death);
            assert!(up_with(&cloud, &wanted, &mut record, &Cancel::default(), &journal).await.is_none());
            cloud.revive();
            let (_, report) =
                up_with(&cloud, &wanted, &mut record, &Cancel::default(), &journal).await.expect("nobody dies");
            assert!(report.is_complete(), "death at {death}: {:#?}", report.failures().collect::<Vec<_>>());
            assert_eq!(cloud.picture(), undisturbed.picture(), "death at {death}");
        }
    });
}

/// The cloud refuses what refers to something that it does not see yet.
#[test]
fn what_is_not_seen_yet_is_referred_to_again() {
    each_of([0], |_| async {
        let wanted = lattice(0);
        let undisturbed = Fake::default();
        settle(&undisturbed, &wanted, &mut Record::default()).await;
        let cloud = Fake::default();
        cloud.shy_new(2);
        settle(&cloud, &wanted, &mut Record::default()).await;
        assert_eq!(cloud.picture(), undisturbed.picture());

        let cloud = Fake::default();
        cloud.shy_new(u64::MAX);
        let (_, report) = up(&cloud, &wanted, &mut Record::default(), &Cancel::default()).await.expect("nobody dies");
        let failures: Vec<_> = report.failures().collect();
        assert!(!failures.is_empty(), "what is never seen fails");
        assert!(failures.iter().all(|(_, failure)| failure.unseen), "{failures:#?}");
    });
}
