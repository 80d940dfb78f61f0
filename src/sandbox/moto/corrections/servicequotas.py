# Service quotas: the defaults that a preflight reads.
# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
import json


@service("servicequotas")
def servicequotas():
    from moto.servicequotas.exceptions import NoSuchResource
    from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS
    from moto.servicequotas.responses import ServiceQuotasResponse as Response

    # service, code, name, value, global
    TABLE = [
        ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5, False),
        ("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5, False),
        ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50, False),
        ("elasticloadbalancing", "L-B22855CB", "Target Groups per Region", 3000, False),
        ("rds", "L-7B6409FD", "DB instances", 40, False),
        ("s3", "L-DC2B2D3D", "General purpose buckets", 10000, True),
        ("iam", "L-FE177D64", "Roles per account", 1000, True),
        ("lambda", "L-B99A9384", "Concurrent executions", 1000, False),
        ("autoscaling", "L-CDE20ADC", "Auto Scaling groups per region", 500, False),
        ("route53", "L-4EA4796A", "Hosted zones", 500, True),
        ("cloudfront", "L-24B04930", "Web distributions per AWS account", 500, True),
        ("acm", "L-F141DD1D", "ACM certificates", 2500, False),
    ]

    def quotas(service_code):
        found = [dict(quota) for quota in VPC_DEFAULT_QUOTAS] if service_code == "vpc" else []
        for code, quota, name, value, everywhere in TABLE:
            if code == service_code:
                found.append({"ServiceCode": code, "ServiceName": code, "QuotaCode": quota, "QuotaName": name, "Value": float(value), "Unit": "None", "Adjustable": True, "GlobalQuota": everywhere})
        if not found:
            raise NoSuchResource
        return found

    def one(self):
        given = json.loads(self.body)
        found = [quota for quota in quotas(given["ServiceCode"]) if quota["QuotaCode"] == given["QuotaCode"]]
        if not found:
            raise NoSuchResource
        return json.dumps({"Quota": found[0]})

    def every(self):
        return json.dumps({"Quotas": quotas(json.loads(self.body)["ServiceCode"])})

    Response.get_service_quota = Response.get_aws_default_service_quota = one
    Response.list_service_quotas = Response.list_aws_default_service_quotas = every
