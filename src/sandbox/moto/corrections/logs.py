# CloudWatch Logs: the keys of log groups; vended log delivery, where tags stay what they are and an update forgets
# nothing.
import json


@service("logs")
def logs():
    from moto.logs import models
    from moto.logs.models import LogsBackend
    from moto.logs.responses import LogsResponse

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeliverySource.html (and its siblings):
    # `tags` are those the resource has now, not those it was made with.
    for owner in [models.Delivery, models.DeliveryDestination, models.DeliverySource]:

        @around(owner)
        def to_dict(old, self):
            found = {key: value for key, value in old(self).items() if key != "tags"}
            for backend in backends("logs", self.arn.split(":")[3]):
                if tags := backend.tagger.get_tag_dict_for_resource(self.arn):
                    found["tags"] = tags
            return found

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html: putting an
    # existing one again updates it; its policy is set by another operation and stays.
    @around(LogsBackend)
    def put_delivery_destination(old, self, name, output_format, delivery_destination_configuration, tags):
        before = self.delivery_destinations.get(name)
        after = old(self, name, output_format, delivery_destination_configuration, tags)
        if before:
            after.policy, after.output_format = before.policy, after.output_format or before.output_format
        return after

    # Their tags go with them.
    @around(LogsBackend)
    def delete_delivery_source(old, self, name):
        source = self.delivery_sources.get(name)
        old(self, name)
        self.tagger.delete_all_tags_for_resource(source.arn)

    @around(LogsBackend)
    def delete_delivery_destination(old, self, name):
        destination = self.delivery_destinations.get(name)
        old(self, name)
        self.tagger.delete_all_tags_for_resource(destination.arn)

    @around(LogsBackend)
    def delete_delivery(old, self, id):
        delivery = self.deliveries.get(id)
        old(self, id)
        self.tagger.delete_all_tags_for_resource(delivery.arn)

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateDeliveryConfiguration.html
    @add(LogsResponse)
    def update_delivery_configuration(self):
        delivery = self.logs_backend.get_delivery(self._get_param("id"))
        for name, given in [
            ("record_fields", self._get_param("recordFields")),
            ("field_delimiter", self._get_param("fieldDelimiter")),
            ("s3_delivery_configuration", self._get_param("s3DeliveryConfiguration")),
        ]:
            if given is not None:
                setattr(delivery, name, given)
        return "{}"

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveries.html: `limit` up to 50,
    # which is what it is when absent, and `nextToken`.
    def in_pages(name, member):
        @around(LogsResponse, name)
        def describe(old, self):
            limit, start = self._get_param("limit", 50), self._get_param("nextToken") or "0"
            if not 1 <= limit <= 50:
                refuse("ValidationException", "limit must be between 1 and 50")
            if not start.isdigit():
                refuse("ValidationException", "The specified nextToken is invalid.")
            found, end = json.loads(old(self))[member], int(start) + limit
            page = {member: found[int(start) : end]}
            return json.dumps({**page, "nextToken": str(end)} if end < len(found) else page)

    in_pages("describe_deliveries", "deliveries")
    in_pages("describe_delivery_sources", "deliverySources")
    in_pages("describe_delivery_destinations", "deliveryDestinations")

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
    def keyed(self):
        given = json.loads(self.body)
        name = given.get("logGroupName") or given["resourceIdentifier"].split(":log-group:")[-1].removesuffix(":*")
        if name not in self.logs_backend.groups:
            refuse("ResourceNotFoundException", "The specified log group does not exist.")
        return self.logs_backend.groups[name], given.get("kmsKeyId")

    @add(LogsResponse)
    def associate_kms_key(self):
        group, key = keyed(self)
        group.kms_key_id = key
        return ""

    @add(LogsResponse)
    def disassociate_kms_key(self):
        keyed(self)[0].kms_key_id = None
        return ""
