# Lambda: roles, runtimes, and what happens one after the other. moto knows duplicate functions.
import json


@service("lambda", "awslambda")
def awslambda_rules():
    from moto.awslambda.models import LambdaBackend

    # What may no longer be created. (The SDKs list them still.) https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
    # and section 5 of the reference for nodejs20.x.
    DEAD = {
        "nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x nodejs18.x nodejs20.x": "nodejs24.x",
        "python2.7 python3.6 python3.7 python3.8 python3.9": "python3.14",
        "dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet6": "dotnet10",
        "ruby2.5 ruby2.7 ruby3.2": "ruby3.4",
        "java8": "java25",
        "go1.x provided": "provided.al2023",
    }

    def invalid(message):
        refuse("InvalidParameterValueException", message)

    def check_runtime(name):
        for dead, heir in DEAD.items():
            if name in dead.split():
                invalid(f"The runtime parameter of {name} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions, such as {heir}.")

    # https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html: "The role defined for the function cannot be
    # assumed by Lambda"
    def check_role(arn):
        known = [role for iam in backends("iam") for role in iam.roles.values() if role.arn == arn]
        if not known or not trusts(known[0], "lambda.amazonaws.com"):
            invalid("The role defined for the function cannot be assumed by Lambda.")
        return known[0]

    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    def check_network(given, role):
        if (given.get("VpcConfig") or {}).get("SubnetIds") and not allowed(role, "ec2:CreateNetworkInterface"):
            invalid("The provided execution role does not have permissions to call CreateNetworkInterface on EC2")

    @rule(LambdaBackend)
    def create_function(old, self, spec):
        check_runtime(spec.get("Runtime"))
        check_network(spec, check_role(spec["Role"]))
        return old(self, spec)

    # https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html: one update after the other, and none while Pending.
    def check_idle(function):
        shown = function.get_configuration()
        if shown.get("State") == "Pending":
            refuse("ResourceConflictException", "The operation cannot be performed at this time. The function is currently in the following state: Pending", 409)
        if shown.get("LastUpdateStatus") == "InProgress":
            refuse("ResourceConflictException", f"The operation cannot be performed at this time. An update is in progress for resource: {function.function_arn}", 409)

    @rule(LambdaBackend)
    def update_function_code(old, self, function_name, qualifier, body):
        check_idle(self.get_function(function_name, qualifier))
        return old(self, function_name, qualifier, body)

    @rule(LambdaBackend)
    def update_function_configuration(old, self, function_name, qualifier, body):
        function = self.get_function(function_name, qualifier)
        check_idle(function)
        check_runtime(body.get("Runtime"))
        if body.get("Role") or body.get("VpcConfig"):
            check_network(body, check_role(body.get("Role") or function.role))
        return old(self, function_name, qualifier, body)

    # https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    @rule(LambdaBackend)
    def add_permission(old, self, function_name, qualifier, raw):
        statement = json.loads(raw).get("StatementId")
        if any(one.get("Sid") == statement for one in self.get_function(function_name, qualifier).policy.statements):
            refuse("ResourceConflictException", f"The statement id ({statement}) provided already exists. Please provide a new statement id, or remove the existing statement.", 409)
        return old(self, function_name, qualifier, raw)
