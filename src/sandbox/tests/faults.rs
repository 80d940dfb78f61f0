//! Faults by rule. What must hold follows issue 3 ("Faults", "Crash at every call"); the codes are those of
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html> and of the services' models.

use crate::client::{Aws, Begun, aws};
use bogosa_sandbox::faults::rule::{Rule, What};
use serde_json::json;
use std::time::{Duration, Instant};

/// Long enough for a machine that has other things to do.
const SOON: Duration = Duration::from_secs(60);

fn create_vpc(aws: &Aws) -> Begun {
    aws.begin("ec2", "CreateVpc", &[("CidrBlock", "10.0.0.0/16")])
}

/// Beside the default one.
fn vpcs(aws: &Aws) -> usize {
    let mine = [("Filter.1.Name", "cidr"), ("Filter.1.Value.1", "10.0.0.0/16")];
    aws.query("ec2", "DescribeVpcs", &mine).all("vpcId").len()
}

/// Waits until there are so many: an effect may still be under way.
fn becomes(aws: &Aws, wanted: usize) {
    let patience = Instant::now();
    while vpcs(aws) != wanted {
        assert!(patience.elapsed() < SOON, "{} instead of {wanted}", vpcs(aws));
        std::thread::sleep(Duration::from_millis(50)); // moto takes one at a time
    }
}

#[test]
fn a_held_call_is_carried_out_and_not_answered() {
    let aws = aws();
    let faults = &aws.front().stack.faults;
    faults.add(Rule::hold(2));
    aws.query("sns", "CreateTopic", &[("Name", "first")]);
    aws.query("sts", "GetCallerIdentity", &[]); // does not count
    let begun = create_vpc(&aws);
    let hit = faults.wait_hit(SOON).unwrap();
    assert_eq!((hit.service.as_str(), hit.action.as_str(), hit.number), ("ec2", "CreateVpc", Some(2)));
    assert_eq!(vpcs(&aws), 1);
    assert!(begun.silent(Duration::from_millis(100)));
    faults.release();
    assert_eq!(begun.end().unwrap().status, 200);
    assert!(faults.wait_hit(Duration::ZERO).is_none());
}

#[test]
fn a_held_call_whose_client_is_killed_stays_done() {
    let aws = aws();
    let faults = &aws.front().stack.faults;
    faults.add(Rule::hold(1));
    let begun = create_vpc(&aws);
    faults.wait_hit(SOON).unwrap();
    drop(begun);
    faults.clear();
    assert_eq!(vpcs(&aws), 1);
}

/// On AWS a request that has arrived is carried out, whatever becomes of its client; no rule is set here.
#[test]
fn what_has_arrived_is_carried_out_although_the_client_leaves() {
    let aws = aws();
    let more = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "DesiredValue": 60 });
    aws.json("servicequotas", "ServiceQuotasV20190624.RequestServiceQuotaIncrease", more);
    aws.own("DELETE", "requests");
    let busy: Vec<Begun> = (0..40).map(|_| create_vpc(&aws)).collect(); // moto takes one at a time
    while aws.own("GET", "requests")["mutating"] != json!(40) {}
    drop(busy);
    becomes(&aws, 40);
}

#[test]
fn connections_break_before_or_after_the_effect() {
    let aws = aws();
    let faults = &aws.front().stack.faults;
    faults.add(Rule::new(What::ResetBefore));
    assert!(create_vpc(&aws).end().is_none());
    assert_eq!(vpcs(&aws), 0);
    faults.add(Rule::new(What::ResetAfter));
    assert!(create_vpc(&aws).end().is_none());
    assert_eq!(vpcs(&aws), 1);
    assert_eq!(create_vpc(&aws).end().unwrap().status, 200);
}

#[test]
fn answers_that_never_come_end_with_their_rule_or_their_time() {
    let aws = aws();
    let faults = &aws.front().stack.faults;
    faults.add(Rule { action: Some("CreateVpc".to_owned()), ..Rule::new(What::HangBefore) });
    let begun = create_vpc(&aws);
    faults.wait_hit(SOON).unwrap();
    assert!(begun.silent(Duration::from_millis(100)));
    faults.clear();
    assert!(begun.end().is_none());
    assert_eq!(vpcs(&aws), 0);
    faults.add(Rule { seconds: Some(0.2), mutating: true, ..Rule::new(What::TimeOut) });
    let (begun, start) = (create_vpc(&aws), Instant::now());
    assert!(begun.end().is_none());
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(vpcs(&aws), 1);
}

#[test]
fn each_service_says_it_in_its_own_words() {
    let aws = aws();
    let calls: [(&str, Ask<'_>); 5] = [
        ("ec2", &|| told(aws.try_query("ec2", "DescribeVpcs", &[]))),
        ("iam", &|| told(aws.try_query("iam", "ListRoles", &[]))),
        ("s3", &|| told(aws.rest("s3", "GET", "/", ""))),
        ("lambda", &|| told(aws.rest("lambda", "GET", "/2015-03-31/functions/", ""))),
        ("logs", &|| told(aws.try_json("logs", "Logs_20140328.DescribeLogGroups", json!({})))),
    ];
    let expected = [
        (
            "throttle",
            [
                (503, "RequestLimitExceeded"),
                (400, "Throttling"),
                (503, "SlowDown"),
                (429, "TooManyRequestsException"),
                (400, "ThrottlingException"),
            ],
        ),
        (
            "expired-token",
            [
                (400, "RequestExpired"),
                (403, "ExpiredToken"),
                (400, "ExpiredToken"),
                (403, "ExpiredTokenException"),
                (400, "ExpiredTokenException"),
            ],
        ),
        (
            "access-denied",
            [
                (403, "UnauthorizedOperation"),
                (403, "AccessDenied"),
                (403, "AccessDenied"),
                (403, "AccessDeniedException"),
                (400, "AccessDeniedException"),
            ],
        ),
        (
            "503",
            [
                (503, "Unavailable"),
                (503, "ServiceUnavailable"),
                (503, "ServiceUnavailable"),
                (503, "ServiceUnavailable"),
                (503, "ServiceUnavailable"),
            ],
        ),
    ];
    for (what, answers) in expected {
        for ((service, call), (status, code)) in calls.iter().zip(answers) {
            aws.tell("POST", "faults", &json!({ "service": service, "what": what }));
            assert_eq!(call(), (status, code.to_owned()), "{service} {what}");
        }
    }
}

type Ask<'a> = &'a dyn Fn() -> (u16, String);

fn told(answer: crate::client::Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[test]
fn rules_are_set_read_and_taken_away_over_http() {
    let aws = aws();
    let rules = json!([
        { "action": "CreateTopic", "skip": 1, "times": 2, "what": "500" },
        { "service": "sqs", "what": "access-denied", "times": 0 },
    ]);
    let ids = aws.tell("POST", "faults", &rules);
    let topic = || aws.try_query("sns", "CreateTopic", &[("Name", "t")]).status;
    assert_eq!([topic(), topic(), topic(), topic()], [200, 500, 500, 200]);
    let read = aws.own("GET", "faults");
    assert_eq!(read["rules"][0]["progress"]["struck"], json!(2));
    assert_eq!(read["rules"][0]["progress"]["met"], json!(4));
    assert_eq!(read["hits"][1]["number"], json!(3));
    aws.own("DELETE", &format!("faults?id={}", ids["ids"][0]));
    assert_eq!(aws.own("GET", "faults")["rules"].as_array().unwrap().len(), 1);
    aws.own("POST", "reset");
    assert_eq!(aws.own("GET", "faults"), json!({ "rules": [], "hits": [] }));
    let wrong = aws.send("", "POST", "/_sandbox/faults", &[], br#"{"what": "nonsense"}"#);
    assert_eq!(wrong.status, 400);
}

#[test]
fn a_random_mix_follows_from_the_seed() {
    let struck = |seed: u64| {
        let aws = aws();
        aws.tell("PUT", "behaviour", &json!({ "seed": seed }));
        let rule = json!({ "probability": 0.3, "what": "any", "times": 0, "seconds": 0.01, "action": "CreateTopic" });
        aws.tell("POST", "faults", &rule);
        for _ in 0..60 {
            aws.begin("sns", "CreateTopic", &[("Name", "t")]).end();
        }
        let hits = aws.front().stack.faults.hits();
        hits.iter().map(|hit| (hit.number, hit.what)).collect::<Vec<_>>()
    };
    let first = struck(1);
    assert!((5..35).contains(&first.len()), "{first:?}");
    assert_eq!(first, struck(1));
    assert_ne!(first, struck(2));
}
