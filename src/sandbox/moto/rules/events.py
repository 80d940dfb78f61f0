# EventBridge: targets and roles. moto knows that a rule with targets cannot go.
import json


@service("events")
def events_rules():
    from moto.events.models import EventsBackend
    from moto.events.responses import EventsHandler

    # Section 1 of the reference. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
    def check_role(arn):
        known = [role for iam in backends("iam") for role in iam.roles.values() if role.arn == arn]
        if arn and not (known and trusts(known[0], "events.amazonaws.com")):
            refuse("ValidationException", f"Provided role '{arn}' cannot be assumed by principal 'events.amazonaws.com'.")

    @rule(EventsBackend)
    def put_rule(old, self, name, *args, **kwargs):
        check_role(kwargs.get("role_arn"))
        return old(self, name, *args, **kwargs)

    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html; five targets:
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    @rule(EventsBackend)
    def put_targets(old, self, name, event_bus_arn, targets):
        for one in targets:
            check_role(one.get("RoleArn"))
        rule_ = self._get_event_bus(self._normalize_event_bus_arn(event_bus_arn)).rules.get(name)
        if rule_ and len({one["Id"] for one in [*rule_.targets, *targets]}) > 5:
            refuse("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
        return old(self, name, event_bus_arn, targets)

    # "If that happens, FailedEntryCount is non-zero in the response": what a test asks for as the outcome `events.target`.
    @rule(EventsHandler, "put_targets")
    def answer(old, self):
        failure = outcome("events.target")
        if failure is None:
            return old(self)
        first = self._get_param("Targets")[0]["Id"]
        failed = {"TargetId": first, "ErrorCode": failure.get("code", "ConcurrentModificationException"), "ErrorMessage": failure.get("message", "")}
        return json.dumps({"FailedEntryCount": 1, "FailedEntries": [failed]}), self.response_headers
