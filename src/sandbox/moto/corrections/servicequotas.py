# Service quotas: the defaults that a preflight reads, and what was asked for and granted, which the sandbox does at once.
# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
import json
import time
import uuid

# service, code, name, value, global. (moto knows those of VPC.)
QUOTAS = [
    ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5, False),
    ("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5, False),
    ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50, False),
    ("elasticloadbalancing", "L-B22855CB", "Target Groups per Region", 3000, False),
    ("elasticloadbalancing", "L-B6DF7632", "Listeners per Application Load Balancer", 50, False),
    ("rds", "L-7B6409FD", "DB instances", 40, False),
    ("rds", "L-48C6BF61", "DB subnet groups", 50, False),
    ("rds", "L-DE55804A", "Parameter groups", 50, False),
    ("s3", "L-DC2B2D3D", "General purpose buckets", 10000, True),
    ("iam", "L-FE177D64", "Roles per account", 1000, True),
    ("iam", "L-6E65F664", "Instance profiles per account", 1000, True),
    ("iam", "L-0DA4ABF3", "Managed policies per role", 10, True),
    ("lambda", "L-B99A9384", "Concurrent executions", 1000, False),
    ("autoscaling", "L-CDE20ADC", "Auto Scaling groups per region", 500, False),
    ("route53", "L-4EA4796A", "Hosted zones", 500, True),
    ("cloudfront", "L-24B04930", "Web distributions per AWS account", 500, True),
    ("acm", "L-F141DD1D", "ACM certificates", 2500, False),
]


def default_quotas(service_code):
    from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS

    found = [dict(quota) for quota in VPC_DEFAULT_QUOTAS] if service_code == "vpc" else []
    for code, quota, name, value, everywhere in QUOTAS:
        if code == service_code:
            found.append({"ServiceCode": code, "ServiceName": code, "QuotaCode": quota, "QuotaName": name, "Value": float(value), "Unit": "None", "Adjustable": True, "GlobalQuota": everywhere})
    return found


def requested_quotas(region):
    """What was asked for in a region, the latest first."""
    from moto.servicequotas.models import servicequotas_backends

    return servicequotas_backends[ACCOUNT][region].__dict__.setdefault("requested", [])


def quotas(service_code, region):
    """Those that apply: the defaults, and what was granted since."""
    found = default_quotas(service_code)
    for quota in found:
        where = "us-east-1" if quota["GlobalQuota"] else region
        granted = [one["DesiredValue"] for one in requested_quotas(where) if one["QuotaCode"] == quota["QuotaCode"]]
        quota["Value"] = granted[0] if granted else quota["Value"]
    return found


def quota(service_code, code, region):
    return int(next(one["Value"] for one in quotas(service_code, region) if one["QuotaCode"] == code))


@service("servicequotas")
def servicequotas():
    from moto.servicequotas.responses import ServiceQuotasResponse as Response

    def known(found, given):
        found = [one for one in found if given.get("QuotaCode") in (None, one["QuotaCode"])]
        if not found:
            refuse("NoSuchResourceException", "The request failed because the specified service or quota does not exist.")
        return found

    @add(Response)
    def get_service_quota(self):
        given = json.loads(self.body)
        return json.dumps({"Quota": known(quotas(given["ServiceCode"], self.region), given)[0]})

    @add(Response)
    def get_aws_default_service_quota(self):
        given = json.loads(self.body)
        return json.dumps({"Quota": known(default_quotas(given["ServiceCode"]), given)[0]})

    @add(Response)
    def list_service_quotas(self):
        given = json.loads(self.body)
        return json.dumps({"Quotas": known(quotas(given["ServiceCode"], self.region), given)})

    @add(Response)
    def list_aws_default_service_quotas(self):
        given = json.loads(self.body)
        return json.dumps({"Quotas": known(default_quotas(given["ServiceCode"]), given)})

    # https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html
    @add(Response)
    def request_service_quota_increase(self):
        given = json.loads(self.body)
        held = known(quotas(given["ServiceCode"], self.region), given)[0]
        if not held["Adjustable"]:
            refuse("IllegalArgumentException", "The quota is not adjustable.")
        if given["DesiredValue"] <= held["Value"]:
            refuse("IllegalArgumentException", "You must provide a quota value greater than the current quota value.")
        names = ["ServiceCode", "ServiceName", "QuotaCode", "QuotaName", "GlobalQuota", "Unit"]
        request = {"Id": uuid.uuid4().hex, **{name: held[name] for name in names}, "DesiredValue": float(given["DesiredValue"])}
        request.update({"Status": "APPROVED", "Created": time.time(), "LastUpdated": time.time()})
        requested_quotas("us-east-1" if held["GlobalQuota"] else self.region).insert(0, request)
        return json.dumps({"RequestedQuota": request})

    # …/API_GetRequestedServiceQuotaChange.html, …/API_ListRequestedServiceQuotaChangeHistory.html and …ByQuota.html
    @add(Response)
    def get_requested_service_quota_change(self):
        wanted = json.loads(self.body)["RequestId"]
        found = [one for one in requested_quotas(self.region) if one["Id"] == wanted]
        if not found:
            refuse("NoSuchResourceException", f"The quota increase request {wanted} does not exist.")
        return json.dumps({"RequestedQuota": found[0]})

    @add(Response)
    def list_requested_service_quota_change_history(self):
        given = json.loads(self.body)
        keys = [key for key in ("ServiceCode", "QuotaCode", "Status") if given.get(key)]
        found = [one for one in requested_quotas(self.region) if all(one[key] == given[key] for key in keys)]
        return json.dumps({"RequestedQuotas": found})

    Response.list_requested_service_quota_change_history_by_quota = Response.list_requested_service_quota_change_history
