# Settlement.
settlements-title = 정산
