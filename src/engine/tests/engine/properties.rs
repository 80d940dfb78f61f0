//! Random graphs, edits, faults, cancellations and changes from outside: every run ends, nothing is made
//! twice or forgotten, one more run converges, and then there is nothing to do.

use bogosa_engine::*;

use crate::fake::{Fake, Fault, STACK, replan, settle, up};
use crate::random::{Random, each_of, each_seed, graph};

#[test]
fn whatever_happens_one_more_run_converges() {
    each_seed(1_500, history);
}

async fn history(seed: u64) {
    let mut random = Random::new(seed);
    let cloud = Fake::default();
    let mut record = Record::default();
    stranger(&cloud);
    let mut wanted = graph(&mut random);
    for _ in 0..2 + random.below(4) {
        match random.below(10) {
            0..=4 => wanted = graph(&mut random),
            5 => wanted = Graph::default(),
            6 => delete_something(&cloud, &mut random),
            7 => change_something(&cloud, &mut random),
            _ => {}
        }
        if random.chance(20) {
            // The home bucket is gone.
            record = Record::default();
        }
        for _ in 0..random.below(3) {
            let fault = [Fault::Refused, Fault::LostAnswer, Fault::Death][random.below(3)];
            cloud.fail_at(1 + random.below(12) as u64, fault);
        }
        let cancel = Cancel::default();
        if random.chance(10) {
            cancel.request();
        }
        up(&cloud, &wanted, &mut record, &cancel).await;
        cloud.revive();
    }
    settle(&cloud, &wanted, &mut record).await;
    let again = replan(&cloud, &wanted, &record).await;
    assert!(again.is_noop(), "{:#?}", again.effective().collect::<Vec<_>>());
    same_as_undisturbed(&cloud, &wanted).await;

    settle(&cloud, &Graph::default(), &mut record).await;
    let left = cloud.objects();
    assert_eq!(left.keys().collect::<Vec<_>>(), ["stranger"], "destroy leaves only what is not ours");
}

/// Two runs died one after the other, each after it had set an old one aside: the two had one address.
#[test]
fn several_old_ones_are_told_apart() {
    each_of([2879], history);
}

async fn same_as_undisturbed(cloud: &Fake, wanted: &Graph) {
    let undisturbed = Fake::default();
    stranger(&undisturbed);
    settle(&undisturbed, wanted, &mut Record::default()).await;
    assert_eq!(cloud.picture(), undisturbed.picture());
}

/// Something that looks like ours and belongs to another stack.
fn stranger(cloud: &Fake) {
    cloud.outside(|objects| {
        let spec = crate::fake::Spec {
            text: "theirs".into(),
            fixed: "theirs".into(),
            refs: [].into(),
            moves: [].into(),
            attached: false,
        };
        let tags = Tags::from([(TAG_STACK.into(), "other".into()), (TAG_RESOURCE.into(), "a.plain/n0-theirs".into())]);
        objects.insert("stranger".into(), crate::fake::Object { kind: "a.plain", spec, tags, version: 1 });
    });
}

/// Somebody deletes a resource of ours that nothing refers to.
fn delete_something(cloud: &Fake, random: &mut Random) {
    cloud.outside(|objects| {
        let used: std::collections::BTreeSet<Input> =
            objects.values().flat_map(|object| object.spec.mentioned().cloned().collect::<Vec<_>>()).collect();
        let ours = |(id, object): &(&String, &crate::fake::Object)| {
            object.tags.get(TAG_STACK).is_some_and(|stack| stack == STACK) && !used.contains(&Input::from(*id))
        };
        let candidates: Vec<String> = objects.iter().filter(ours).map(|(id, _)| id.clone()).collect();
        if let Some(id) = candidates.get(random.below(candidates.len())) {
            objects.remove(id);
        }
    });
}

fn change_something(cloud: &Fake, random: &mut Random) {
    cloud.outside(|objects| {
        let ids: Vec<String> = objects.keys().filter(|id| *id != "stranger").cloned().collect();
        if let Some(object) = ids.get(random.below(ids.len())).and_then(|id| objects.get_mut(id)) {
            object.spec.text = "changed outside".into();
        }
    });
}
