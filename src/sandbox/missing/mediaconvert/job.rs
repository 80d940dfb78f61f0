//! Jobs: SUBMITTED until somebody works on them, then PROGRESSING, and COMPLETE or ERROR; CANCELED on request.
//! <https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html>
//!
//! [`super::work`] is for whoever does their work.

use super::{MediaConvert, Outcome, arn, listed, not_found, queue, settings, text};
use crate::{
    id,
    missing::{clock::unix, refusal::refuse},
    reply::Reply,
};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

impl MediaConvert {
    pub(super) fn create_job(&self, region: &str, request: &Value) -> Outcome {
        // "A client request token can be any string that includes up to 64 ASCII characters. If you reuse [it] within
        // one minute of a successful request, the API returns the job details of the original request instead."
        // https://docs.aws.amazon.com/mediaconvert/latest/apireference/idempotency.html
        let token = &request["clientRequestToken"];
        if token.as_str().is_some_and(|token| token.len() > 64 || !token.is_ascii()) {
            return refuse(400, "BadRequestException", "/clientRequestToken: Should have at most 64 ASCII characters");
        }
        let recent = |job: &Value| unix().saturating_sub(job["createdAt"].as_u64().unwrap_or_default()) < 60;
        let same = |job: &Value| !token.is_null() && job["clientRequestToken"] == *token && recent(job);
        if let Some(job) = self.jobs.list(region).into_iter().find(|job| same(&job.value)) {
            return Ok(Reply::json(201, &json!({ "job": job.value })));
        }
        let template = match request["jobTemplate"].as_str() {
            Some(template) => Some(self.template(region, template)?),
            None => None,
        };
        let from = template.clone().unwrap_or_else(|| json!({}));
        let settings = settings::overlay(&from["settings"], &request["settings"]);
        settings::check_inputs(&settings)?;
        self.check_outputs(region, &settings)?;
        let queue = request["queue"].as_str().or_else(|| from["queue"].as_str()).unwrap_or(queue::DEFAULT);
        let queue = self.queue_arn(region, queue)?;
        let either = |name: &str, default: Value| {
            let given = [&request[name], &from[name]].into_iter().find(|value| !value.is_null());
            given.cloned().unwrap_or(default)
        };
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let id = format!("{millis}-{}", id::hex(6));
        let mut job = json!({
            "id": id,
            "arn": arn(region, "jobs", &id),
            "createdAt": unix(),
            "status": "SUBMITTED",
            "queue": queue,
            "role": request["role"],
            "settings": settings,
            "priority": either("priority", 0.into()),
            "statusUpdateInterval": either("statusUpdateInterval", "SECONDS_60".into()),
            "accelerationSettings": either("accelerationSettings", json!({ "mode": "DISABLED" })),
            "accelerationStatus": "NOT_APPLICABLE",
            "hopDestinations": either("hopDestinations", json!([])),
            "billingTagsSource": either("billingTagsSource", "JOB".into()),
            "simulateReservedQueue": either("simulateReservedQueue", "DISABLED".into()),
            "userMetadata": either("userMetadata", json!({})),
            "messages": { "info": [], "warning": [] },
            "timing": { "submitTime": unix() },
        });
        if let Some(template) = template {
            job["jobTemplate"] = template["arn"].clone();
        }
        if !token.is_null() {
            job["clientRequestToken"] = token.clone();
        }
        self.jobs.insert(region, &id, self.thing(job.clone()));
        self.set_tags(region, text(&job, "arn"), request);
        Ok(Reply::json(201, &json!({ "job": job })))
    }

    /// By name or ARN. The words are AWS's (video-on-demand-on-aws issue 122).
    fn template(&self, region: &str, template: &str) -> Result<Value, crate::missing::refusal::Refusal> {
        let name = template.rsplit('/').next().unwrap_or(template);
        let full = arn(region, "jobTemplates", name);
        let found = self.templates.get(region, name).filter(|_| name == template || full == template);
        found.map(|thing| thing.value).ok_or_else(|| not_found("job template", &format!("jobTemplateArn={full}")))
    }

    pub(super) fn get_job(&self, region: &str, request: &Value) -> Outcome {
        let id = text(request, "id");
        match self.jobs.get(region, id) {
            Some(job) => Ok(Reply::json(200, &json!({ "job": job.value }))),
            None => Err(not_found("job", &format!("jobId={id}"))),
        }
    }

    /// "Up to twenty of your most recently created jobs": the newest first unless asked otherwise.
    pub(super) fn list_jobs(&self, region: &str, request: &Value) -> Outcome {
        let queue = match request["queue"].as_str() {
            Some(queue) => Some(self.queue_arn(region, queue)?),
            None => None,
        };
        let mut all = self.jobs.list(region);
        all.retain(|job| queue.as_ref().is_none_or(|queue| job.value["queue"] == **queue));
        all.retain(|job| request["status"].is_null() || job.value["status"] == request["status"]);
        all.sort_by_key(|job| job.number);
        if request["order"] != "ASCENDING" {
            all.reverse();
        }
        listed("jobs", all.into_iter().map(|job| job.value).collect(), request)
    }

    /// "Permanently cancel a job. Once you have canceled a job, you can't start it again."
    pub(super) fn cancel_job(&self, region: &str, request: &Value) -> Outcome {
        let id = text(request, "id");
        let cancelled = self.jobs.update(region, id, |job| {
            let status = text(&job.value, "status").to_owned();
            let open = ["SUBMITTED", "PROGRESSING"].contains(&status.as_str());
            if open {
                job.value["status"] = "CANCELED".into();
                job.value["timing"]["finishTime"] = unix().into();
            }
            (open, status)
        });
        match cancelled {
            Some((true, _)) => Ok(Reply::json(202, &json!({}))),
            Some((false, status)) => {
                refuse(409, "ConflictException", format!("The job {id} cannot be canceled: it is {status}"))
            }
            None => Err(not_found("job", &format!("jobId={id}"))),
        }
    }
}
