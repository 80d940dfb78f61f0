# Lambda: what a function is given and moto forgets, on creation or on update.
# https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
import uuid


@service("lambda", "awslambda")
def awslambda():
    from moto.awslambda.models import LambdaFunction

    KEPT = ["DeadLetterConfig", "LoggingConfig", "TracingConfig", "EphemeralStorage", "KMSKeyArn", "FileSystemConfigs"]

    def keep(function, given):
        function.kept.update({name: given[name] for name in KEPT if given.get(name) is not None})
        function.revision = str(uuid.uuid4())

    @around(LambdaFunction, "__init__")
    def function(old, self, account_id, spec, *args, **kwargs):
        self.kept, self.revision = {}, ""
        old(self, account_id, spec, *args, **kwargs)
        keep(self, spec)

    @around(LambdaFunction)
    def update_configuration(old, self, config_updates):
        keep(self, config_updates)
        return old(self, config_updates)

    @around(LambdaFunction)
    def get_configuration(old, self, on_create=False):
        logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}", **self.kept.get("LoggingConfig", {})}
        if logging["LogFormat"] == "JSON":
            logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
        return {**old(self, on_create), **self.kept, "LoggingConfig": logging, "RevisionId": self.revision}
