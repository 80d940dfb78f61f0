//! The functions against an AWS in memory: what comes twice, what fails now and then, what is refused.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::aws::{Aws, Failure, Mark};
use crate::settings::Settings;
use crate::upload::Upload;
use crate::{complete, submit};

/// What goes wrong from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trouble {
    #[default]
    None,
    Throttled,
    Refused,
    NoTagging,
    NoQueue,
    NoTopic,
    Deleted,
}

#[derive(Default)]
struct Memory {
    trouble: RefCell<Trouble>,
    marks: RefCell<BTreeMap<String, String>>,
    jobs: RefCell<Vec<String>>,
    messages: RefCell<Vec<Value>>,
    notices: RefCell<Vec<String>>,
}

impl Memory {
    fn in_trouble(trouble: Trouble) -> Self {
        Self { trouble: RefCell::new(trouble), ..Self::default() }
    }

    fn has(&self, trouble: Trouble) -> bool {
        *self.trouble.borrow() == trouble
    }
}

impl Aws for Memory {
    async fn mark(&self, upload: &Upload) -> Result<Mark> {
        if self.has(Trouble::Deleted) {
            return Ok(Mark::Gone);
        }
        Ok(self.marks.borrow().get(&upload.id()).map_or(Mark::None, |what| Mark::Done(what.clone())))
    }

    async fn set_mark(&self, upload: &Upload, what: &str) -> Result<()> {
        if self.has(Trouble::NoTagging) {
            bail!("SlowDown");
        }
        self.marks.borrow_mut().insert(upload.id(), what.to_owned());
        Ok(())
    }

    async fn create_job(&self, upload: &Upload) -> Result<String, Failure> {
        match *self.trouble.borrow() {
            Trouble::Throttled => Err(Failure::ForNow("TooManyRequestsException".to_owned())),
            Trouble::Refused => Err(Failure::ForGood("BadRequestException".to_owned())),
            _ => {
                self.jobs.borrow_mut().push(upload.key.clone());
                Ok(format!("job-{}", self.jobs.borrow().len()))
            }
        }
    }

    async fn upload_of(&self, job: &str) -> Result<String> {
        Ok(format!("the upload of {job}"))
    }

    async fn send(&self, message: &str) -> Result<()> {
        if self.has(Trouble::NoQueue) {
            bail!("ServiceUnavailable");
        }
        self.messages.borrow_mut().push(serde_json::from_str(message)?);
        Ok(())
    }

    async fn publish(&self, subject: &str, text: &str) -> Result<()> {
        if self.has(Trouble::NoTopic) {
            bail!("InternalError");
        }
        self.notices.borrow_mut().push(format!("{subject}\n{text}"));
        Ok(())
    }
}

fn settings() -> Settings {
    let environment = [
        ("STACKNAME", "bogosa"),
        ("DESTINATION_BUCKET", "destination"),
        ("RESULT_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/111122223333/results"),
        ("SNS_TOPIC_ARN", "arn:aws:sns:us-east-1:111122223333:media"),
        ("SUFFIXES", ".mp4,.MOV"),
    ];
    Settings::read(|name| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        .expect("settings")
}

fn event(keys: &[(&str, u64)]) -> Value {
    let records = keys.iter().map(|(key, size)| {
        json!({"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "source"},
            "object": {"key": key, "size": size, "eTag": "1", "sequencer": "1"}}})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

fn submit(aws: &Memory, event: &Value) -> Result<()> {
    wait(submit::handle(aws, &settings(), event.clone()))
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

#[test]
fn the_same_event_ten_times_is_one_job() {
    let aws = Memory::default();
    for _ in 0..10 {
        submit(&aws, &event(&[("Folder/A+B.MP4", 7)])).expect("done");
    }
    assert_eq!(*aws.jobs.borrow(), ["Folder/A B.MP4"]);
    assert!(aws.messages.borrow().is_empty());
}

#[test]
fn what_cannot_be_converted_is_told_once() {
    for (key, size, trouble, reason, words) in [
        ("a.txt", 7, Trouble::None, "kind", "end in .mp4, .mov"),
        ("a.mov", 0, Trouble::None, "empty", "The file is empty"),
        ("a.mp4", 7, Trouble::Refused, "refused", "does not accept it"),
        // A notice is not worth failing for.
        ("a.txt", 7, Trouble::NoTopic, "kind", "end in .mp4, .mov"),
    ] {
        let aws = Memory::in_trouble(trouble);
        for _ in 0..10 {
            submit(&aws, &event(&[(key, size)])).expect("done");
        }
        let messages = aws.messages.borrow();
        assert_eq!(messages.len(), 1, "{key}");
        assert_eq!((&messages[0]["upload"], &messages[0]["status"]), (&json!(key), &json!("ERROR")));
        assert_eq!(messages[0]["reason"], reason);
        assert!(messages[0]["message"].as_str().is_some_and(|said| said.contains(words)), "{}", messages[0]);
        assert_eq!(messages[0].get("job"), None);
        assert_eq!(aws.notices.borrow().len(), usize::from(trouble != Trouble::NoTopic));
        assert!(aws.jobs.borrow().is_empty());
    }
}

#[test]
fn what_fails_for_now_is_tried_again_and_the_rest_is_done_meanwhile() {
    let aws = Memory::in_trouble(Trouble::Throttled);
    let event = event(&[("a.mp4", 7), ("b.txt", 7)]);
    assert!(submit(&aws, &event).is_err());
    assert_eq!(aws.messages.borrow().len(), 1);
    *aws.trouble.borrow_mut() = Trouble::None;
    submit(&aws, &event).expect("done");
    submit(&aws, &event).expect("done");
    assert_eq!((aws.jobs.borrow().len(), aws.messages.borrow().len()), (1, 1));
}

#[test]
fn a_result_that_did_not_get_through_is_sent_again() {
    let aws = Memory::in_trouble(Trouble::NoQueue);
    assert!(submit(&aws, &event(&[("a.txt", 7)])).is_err());
    *aws.trouble.borrow_mut() = Trouble::None;
    submit(&aws, &event(&[("a.txt", 7)])).expect("done");
    assert_eq!(aws.messages.borrow().len(), 1);
}

#[test]
fn a_job_is_not_started_again_because_its_upload_cannot_be_tagged() {
    let aws = Memory::in_trouble(Trouble::NoTagging);
    submit(&aws, &event(&[("a.mp4", 7)])).expect("done: Lambda does not repeat it");
    assert_eq!(aws.jobs.borrow().len(), 1);
}

#[test]
fn what_is_deleted_meanwhile_is_nothing() {
    let aws = Memory::in_trouble(Trouble::Deleted);
    submit(&aws, &event(&[("a.mp4", 7), ("b.txt", 7)])).expect("done");
    assert!(aws.jobs.borrow().is_empty() && aws.messages.borrow().is_empty());
}

#[test]
fn the_upload_is_named_by_the_job_s_metadata_or_by_the_job() {
    let aws = Memory::default();
    for metadata in [json!({"Upload": "%EC%98%81/1.mp4"}), json!({})] {
        let event = json!({"detail": {"jobId": "1-a", "status": "COMPLETE", "userMetadata": metadata}});
        wait(complete::handle(&aws, &settings(), event)).expect("done");
    }
    let uploads: Vec<Value> = aws.messages.borrow().iter().map(|message| message["upload"].clone()).collect();
    assert_eq!(uploads, ["영/1.mp4", "the upload of 1-a"]);
    assert_eq!(aws.notices.borrow().len(), 2);
    assert!(aws.notices.borrow()[0].starts_with("bogosa: A video was converted\n"));
}

#[test]
fn what_is_missing_in_the_environment_is_named() {
    let missing = Settings::read(|_| None).expect_err("nothing is there").to_string();
    assert!(missing.contains("STACKNAME"), "{missing}");
}
