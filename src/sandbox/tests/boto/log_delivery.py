# CloudWatch Logs' vended log delivery: CloudFront's access logs to S3.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
logs = aws("logs")
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E1"
source = logs.put_delivery_source(name="cdn", resourceArn=DISTRIBUTION, logType="ACCESS_LOGS", tags={"stack": "a"})["deliverySource"]
assert source["service"] == "cloudfront" and source["tags"] == {"stack": "a"}, source
target = {"destinationResourceArn": "arn:aws:s3:::logs"}
destination = logs.put_delivery_destination(name="bucket", outputFormat="json", deliveryDestinationConfiguration=target, tags={"stack": "a"})
destination = destination["deliveryDestination"]
assert destination["deliveryDestinationType"] == "S3", destination
made = {"deliverySourceName": "cdn", "deliveryDestinationArn": destination["arn"]}
delivery = logs.create_delivery(**made, tags={"stack": "a"})["delivery"]
with refusal("ConflictException", 400):
    logs.create_delivery(**made)

# All three are found, with the tags they have now.
arns = {source["arn"], destination["arn"], delivery["arn"]}
assert set(tagged("stack")) == arns and set(holds("logs")) == arns, (tagged("stack"), holds("logs"))
assert {one["kind"] for one in holds("logs").values()} == {"delivery", "delivery-source", "delivery-destination"}
logs.tag_resource(resourceArn=source["arn"], tags={"owner": "ops"})
logs.untag_resource(resourceArn=source["arn"], tagKeys=["stack"])
assert logs.list_tags_for_resource(resourceArn=source["arn"])["tags"] == {"owner": "ops"}
assert logs.get_delivery_source(name="cdn")["deliverySource"]["tags"] == {"owner": "ops"}
assert logs.describe_delivery_sources()["deliverySources"][0]["tags"] == {"owner": "ops"}

# An update forgets neither the policy nor the format nor the tags.
logs.put_delivery_destination_policy(deliveryDestinationName="bucket", deliveryDestinationPolicy="{}")
elsewhere = {"destinationResourceArn": "arn:aws:s3:::other"}
again = logs.put_delivery_destination(name="bucket", deliveryDestinationConfiguration=elsewhere)["deliveryDestination"]
assert (again["outputFormat"], again["tags"], again["deliveryDestinationConfiguration"]) == ("json", {"stack": "a"}, elsewhere), again
assert logs.get_delivery_destination_policy(deliveryDestinationName="bucket")["policy"]["deliveryDestinationPolicy"] == "{}"
logs.update_delivery_configuration(id=delivery["id"], recordFields=["date", "time"], s3DeliveryConfiguration={"suffixPath": "{yyyy}"})
changed = logs.get_delivery(id=delivery["id"])["delivery"]
assert changed["recordFields"] == ["date", "time"] and changed["s3DeliveryConfiguration"] == {"suffixPath": "{yyyy}"}, changed

# Pages.
for n in range(3):
    logs.put_delivery_source(name=f"s{n}", resourceArn=f"{DISTRIBUTION}{n}", logType="ACCESS_LOGS")
pages = list(logs.get_paginator("describe_delivery_sources").paginate(PaginationConfig={"PageSize": 3}))
assert [len(page["deliverySources"]) for page in pages] == [3, 1], pages
with refusal("ValidationException", 400):
    logs.describe_deliveries(limit=51)

# What is in use stays.
with refusal("ConflictException", 400):
    logs.delete_delivery_source(name="cdn")
with refusal("ConflictException", 400):
    logs.delete_delivery_destination(name="bucket")
logs.delete_delivery(id=delivery["id"])
logs.delete_delivery_source(name="cdn"), logs.delete_delivery_destination(name="bucket")
with refusal("ResourceNotFoundException", 400):
    logs.delete_delivery_source(name="cdn")
assert not arns & set(holds("logs")) and tagged("stack") == {} == tagged("owner")
