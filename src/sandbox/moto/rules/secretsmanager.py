# Secrets: a name whose secret is scheduled for deletion. moto knows the recovery window, and that a token goes with one value.


@service("secretsmanager")
def secretsmanager_rules():
    from moto.secretsmanager.models import SecretsManagerBackend

    def settling(backend):
        return backend.__dict__.setdefault("settling", set())

    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#troubleshoot_secretnotfound and section 2, item 9
    # of the reference: also what was deleted without recovery goes only after a while.
    @rule(SecretsManagerBackend)
    def create_secret(old, self, name, *args, **kwargs):
        if name in settling(self) or (name in self.secrets and self.secrets[name].is_deleted()):
            refuse("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
        return old(self, name, *args, **kwargs)

    @rule(SecretsManagerBackend)
    def delete_secret(old, self, secret_id, recovery_window_in_days, force_delete_without_recovery):
        answer = old(self, secret_id, recovery_window_in_days, force_delete_without_recovery)
        if force_delete_without_recovery:
            name = answer[1]
            settling(self).add(name)
            after("secretsmanager.secret", "settle", lambda: settling(self).discard(name))
        return answer
