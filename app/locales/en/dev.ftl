# Pages for developers.
dev-mailbox-title = Development mailbox
dev-mailbox-empty = No mail has been sent.
