//! Queues: the Default one that every region has, reserved ones, and what keeps one from being deleted.

use super::{MediaConvert, arn, not_found, text};
use crate::missing::{
    clock::unix,
    refusal::{Refusal, refuse},
};
use serde_json::{Value, json};

pub(super) const DEFAULT: &str = "Default";
const YEAR: u64 = 365 * 24 * 3600;

impl MediaConvert {
    /// <https://docs.aws.amazon.com/mediaconvert/latest/ug/working-with-queues.html>: an account has it from the start.
    pub(super) fn ensure_default_queue(&self, region: &str) {
        if self.queues.get(region, DEFAULT).is_none() {
            let queue = json!({
                "name": DEFAULT,
                "arn": arn(region, "queues", DEFAULT),
                "type": "SYSTEM",
                "status": "ACTIVE",
                "pricingPlan": "ON_DEMAND",
                "createdAt": unix(),
                "lastUpdated": unix(),
            });
            self.queues.insert(region, DEFAULT, self.thing(queue));
        }
    }

    /// Requests name a queue by its name or its ARN; answers by its ARN.
    pub(super) fn queue_arn(&self, region: &str, queue: &str) -> Result<String, Refusal> {
        let full = if queue.starts_with("arn:") { queue.to_owned() } else { arn(region, "queues", queue) };
        match self.queues.list(region).iter().any(|thing| text(&thing.value, "arn") == full) {
            true => Ok(full),
            false => Err(not_found("queue", &format!("queueArn={full}"))),
        }
    }

    /// The Default queue can never go, another one not while it has unprocessed jobs (User Guide, "Working with queues",
    /// as above). DeleteQueue "permanently deletes a queue you have created", and its page has both codes without
    /// saying which is for what.
    pub(super) fn may_delete_queue(&self, region: &str, name: &str) -> Result<(), Refusal> {
        if name == DEFAULT {
            return refuse(400, "BadRequestException", "You can't delete the default queue");
        }
        let arn = arn(region, "queues", name);
        match self.jobs_in(region, &arn, "SUBMITTED") + self.jobs_in(region, &arn, "PROGRESSING") {
            0 => Ok(()),
            jobs => refuse(409, "ConflictException", format!("The queue {name} contains {jobs} unprocessed jobs")),
        }
    }

    pub(super) fn jobs_in(&self, region: &str, queue: &str, status: &str) -> u64 {
        let counted = |job: &Value| text(job, "queue") == queue && text(job, "status") == status;
        self.jobs.list(region).iter().filter(|job| counted(&job.value)).count() as u64
    }
}

/// A queue's own defaults; its plan can never change afterwards.
/// <https://docs.aws.amazon.com/mediaconvert/latest/apireference/queues.html>
pub(super) fn new(request: &Value) -> Result<Value, Refusal> {
    let plan = request["pricingPlan"].as_str().unwrap_or("ON_DEMAND");
    if (plan == "RESERVED") == request["reservationPlanSettings"].is_null() {
        return refuse(
            400,
            "BadRequestException",
            "reservationPlanSettings must be given if, and only if, pricingPlan is RESERVED",
        );
    }
    Ok(json!({ "pricingPlan": plan, "status": "ACTIVE" }))
}

/// Buys or changes a reserved queue's slots.
pub(super) fn reserve(queue: &mut Value, request: &Value) -> Result<(), Refusal> {
    let settings = &request["reservationPlanSettings"];
    if settings.is_null() {
        return Ok(());
    }
    if queue["pricingPlan"] != "RESERVED" {
        return refuse(400, "BadRequestException", "An on-demand queue has no reservation plan");
    }
    queue["reservationPlan"] = json!({
        "commitment": settings["commitment"],
        "renewalType": settings["renewalType"],
        "reservedSlots": settings["reservedSlots"],
        "status": "ACTIVE",
        "purchasedAt": unix(),
        "expiresAt": unix() + YEAR,
    });
    Ok(())
}
