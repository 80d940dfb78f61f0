# Route 53: a change is PENDING until all name servers have it.
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeInfo.html and …/API_GetChange.html
import datetime
import random
import string


@service("route53")
def route53_timing():
    from moto.route53.responses import Route53 as Response

    def changes(backend):
        return backend.__dict__.setdefault("changes", {})

    for operation in ["create_hosted_zone", "delete_hosted_zone", "change_resource_record_sets"]:

        @around(Response, operation)
        def change(old, self):
            answer = old(self)
            name = "C" + "".join(random.choices(string.ascii_uppercase + string.digits, k=20))
            info = {"Id": f"/change/{name}", "Status": "PENDING", "SubmittedAt": datetime.datetime.now(datetime.timezone.utc)}
            changes(self.backend)[name] = info
            answer.result["ChangeInfo"] = dict(info)
            after("route53.record", "create", lambda: info.update(Status="INSYNC"))
            return answer

    @around(Response)
    def get_change(old, self):
        name = self._get_param("Id").rsplit("/", 1)[-1]
        if name not in changes(self.backend):
            refuse("NoSuchChange", f"A change with the specified change ID does not exist: {name}")
        return ActionResult({"ChangeInfo": changes(self.backend)[name]})
