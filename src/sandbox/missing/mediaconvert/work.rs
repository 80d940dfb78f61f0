//! Jobs as those see them who do their work ([`crate::platform`]). Where nobody does, a job stays as it was submitted.

use super::{MediaConvert, text};
use crate::missing::clock::unix;
use serde_json::{Value, json};

impl MediaConvert {
    /// Waits for a job of an active queue: the one of the highest priority, the oldest among equals. It is PROGRESSING
    /// from then on. <https://docs.aws.amazon.com/mediaconvert/latest/ug/setting-the-priority-of-a-job.html>
    pub(crate) async fn next_job(&self) -> (String, Value) {
        loop {
            if let Some(taken) = self.take_job() {
                return taken;
            }
            self.submitted.notified().await;
        }
    }

    fn take_job(&self) -> Option<(String, Value)> {
        let queues = self.queues.all();
        let active = |queue: &Value| {
            queues.iter().any(|(_, _, thing)| thing.value["arn"] == *queue && thing.value["status"] == "ACTIVE")
        };
        let waiting = self.jobs.all().into_iter().filter(|(_, _, job)| job.value["status"] == "SUBMITTED");
        let (region, id, _) = waiting.filter(|(_, _, job)| active(&job.value["queue"])).min_by_key(|(_, _, job)| {
            (std::cmp::Reverse(job.value["priority"].as_i64().unwrap_or_default()), job.number)
        })?;
        let job = self.jobs.update(&region, &id, |job| {
            job.value["status"] = "PROGRESSING".into();
            job.value["currentPhase"] = "TRANSCODING".into();
            job.value["jobPercentComplete"] = 0.into();
            job.value["timing"]["startTime"] = unix().into();
            job.value.clone()
        })?;
        Some((region, job))
    }

    /// Whether a job has not been cancelled meanwhile.
    pub(crate) fn progresses(&self, region: &str, id: &str) -> bool {
        self.jobs.get(region, id).is_some_and(|job| job.value["status"] == "PROGRESSING")
    }

    /// Ends a job with what its outputs are, or with an error's code and message; `None` where it has been cancelled.
    pub(crate) fn end_job(&self, region: &str, id: &str, outcome: &Result<Value, (u64, String)>) -> Option<Value> {
        self.jobs.update(region, id, |job| {
            let job = &mut job.value;
            if text(job, "status") != "PROGRESSING" {
                return None;
            }
            match outcome {
                Ok(groups) => {
                    job["status"] = "COMPLETE".into();
                    job["jobPercentComplete"] = 100.into();
                    job["outputGroupDetails"] = groups.clone();
                }
                Err((code, message)) => {
                    job["status"] = "ERROR".into();
                    job["errorCode"] = json!(code);
                    job["errorMessage"] = json!(message);
                }
            }
            job["timing"]["finishTime"] = unix().into();
            Some(job.clone())
        })?
    }
}
