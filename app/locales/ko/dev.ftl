# Pages for developers.
dev-mailbox-title = 개발용 메일함
dev-mailbox-empty = 보낸 메일이 없습니다.
