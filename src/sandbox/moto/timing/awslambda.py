# Lambda functions: Pending, then Active or Failed; and one update after the other.
# https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html (what is refused meanwhile stands in the rules)


@service("lambda", "awslambda")
def awslambda_timing():
    from moto.awslambda.models import LambdaBackend, LambdaFunction

    @around(LambdaFunction, "__init__")
    def function(old, self, *args, **kwargs):
        self.progress = {}  # shared with the versions that are copied from it
        old(self, *args, **kwargs)

    @around(LambdaFunction)
    def get_configuration(old, self, on_create=False):
        return {**old(self, on_create), **self.progress}

    @around(LambdaBackend)
    def create_function(old, self, spec):
        function, failure = old(self, spec), outcome("lambda.function")
        progress = function.progress
        progress.update(State="Pending", StateReason="The function is being created.", StateReasonCode="Creating")

        def ready():
            progress.clear()
            if failure is not None:
                progress.update(State=failure.get("state", "Failed"), StateReason=failure.get("message", ""), StateReasonCode=failure.get("code", "InternalError"))

        after("lambda.function", "create", ready)
        return function

    for operation in ["update_function_code", "update_function_configuration"]:

        @around(LambdaBackend, operation)
        def update(old, self, function_name, qualifier, body):
            answer = old(self, function_name, qualifier, body)
            progress = self.get_function(function_name, qualifier).progress
            progress["LastUpdateStatus"] = "InProgress"
            after("lambda.function", "update", lambda: progress.pop("LastUpdateStatus", None))
            if "LastUpdateStatus" in progress:
                answer.update(LastUpdateStatus="InProgress", LastUpdateStatusReason="The function is being created.", LastUpdateStatusReasonCode="Creating")
            return answer
