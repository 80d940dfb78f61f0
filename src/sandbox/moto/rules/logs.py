# CloudWatch Logs: what a delivery uses stays. moto knows that groups' names are taken.


@service("logs")
def logs_rules():
    from moto.logs.models import LogsBackend

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliverySource.html: "You can't delete
    # a delivery source if any current deliveries are associated with it."
    @rule(LogsBackend)
    def delete_delivery_source(old, self, name):
        if any(delivery.delivery_source_name == name for delivery in self.deliveries.values()):
            refuse("ConflictException", "This delivery source is in use by a delivery. Delete the delivery first.")
        return old(self, name)

    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestination.html: "You can't
    # delete a delivery destination if any current deliveries are associated with it."
    @rule(LogsBackend)
    def delete_delivery_destination(old, self, name):
        destination = self.delivery_destinations.get(name)
        if destination and any(delivery.delivery_destination_arn == destination.arn for delivery in self.deliveries.values()):
            refuse("ConflictException", "This delivery destination is in use by a delivery. Delete the delivery first.")
        return old(self, name)
