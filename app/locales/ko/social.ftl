# Sellers, following, wishes, notifications, reports.
follow = 관심 판매자 추가
unfollow = 관심 해제
follow-oneself = 자기 자신은 관심 판매자로 추가할 수 없습니다.
flash-following = 관심 판매자로 추가했습니다. 라이브가 시작되면 알려 드릴게요.
flash-unfollowed = 관심 판매자에서 뺐습니다.
following-empty = 관심 판매자가 없습니다. 마음에 드는 판매자를 추가하면 라이브가 시작될 때 알려 드립니다.
seller-verified = 확인됨
seller-followers = 관심 회원 { $count }명
seller-no-products = 아직 판매 중인 상품이 없습니다.
seller-reviews = 구매자 후기
seller-kind-personal = 개인 판매자
seller-kind-company = 사업자 판매자
seller-contact-members = 로그인하면 볼 수 있습니다
seller-checked = 신원 확인
seller-not-checked = 아직 확인하지 않은 판매자입니다
seller-private-note = 사업자가 아닌 개인 판매자입니다. 개인 사이의 거래에는 청약철회 등 소비자 보호 규정이 적용되지 않을 수 있습니다.
seller-gone = 더 이상 판매하지 않는 판매자

wish = 찜하기
unwish = 찜 해제
unwish-named = { $title } 찜 해제
wish-not-on-sale = 판매 중지
wishes-empty = 찜한 상품이 없습니다. 마음에 드는 상품에서 찜하기를 눌러 보세요.
flash-wished = 찜한 상품에 담았습니다.
flash-unwished = 찜한 상품에서 뺐습니다.

remind = 시작하면 알림 받기
remind-not = 알림 취소
remind-too-late = 이미 시작했거나 취소된 방송입니다.
flash-reminded = 방송이 시작되면 알려 드리겠습니다.
flash-forgotten = 알림을 취소했습니다.

notifications-empty = 아직 알림이 없습니다.
notifications-read-all = 모두 읽음으로 표시
notifications-unread = 읽지 않음:
flash-notifications-read = 모두 읽음으로 표시했습니다.
notice-live-started = { $seller }님이 라이브를 시작했습니다: { $title }
notice-legal-changed = 약관이나 정책이 바뀝니다({ $version }). 바뀌는 내용과 적용일을 확인해 주세요.

unsubscribe-title = 광고 메일 수신거부
unsubscribe-lead = 아래 버튼을 누르면 할인과 라이브 소식 메일을 더 이상 보내지 않습니다. 신청하신 방송 시작 알림도 함께 취소됩니다.
unsubscribe-submit = 수신거부
unsubscribe-done = 처리했습니다. 이제 광고 메일을 보내지 않습니다.

report = 신고
report-title = 신고하기
report-why = 신고하는 이유
report-details = 자세한 내용
report-details-hint = 확인에 도움이 되는 내용을 적어 주세요.
report-submit = 신고하기
report-note = 신고한 사람은 상대방에게 알려지지 않습니다. 접수한 신고는 24시간 안에 확인합니다.
report-subject-message = 채팅
report-subject-comment = 댓글
report-subject-review = 후기
report-subject-member = 회원
report-subject-product = 상품
report-subject-broadcast = 방송
report-subject-trailer = 예고
report-reason-abuse = 욕설·괴롭힘
report-reason-fraud = 사기·허위
report-reason-illegal = 불법·유해
report-reason-spam = 도배·광고
report-reason-other = 기타
flash-reported = 신고를 접수했습니다. 확인 후 처리하겠습니다.

mail-live-started-subject = (광고) [보고사] { $seller }님이 라이브를 시작했습니다
mail-live-started-body =
    { $seller }님의 라이브가 시작되었습니다.
    { $title }

    지금 보기: { $link }

    보낸 곳: { $operator }
    주소: { $address }
    전화: { $phone }
    무료 수신거부: { $out }
mail-legal-changed-subject = [보고사] { $document }이(가) 바뀝니다
mail-legal-changed-body =
    { $document }이(가) { $date }부터 바뀝니다.
    { $adverse }

    바뀌는 내용: { $link }

    적용일까지 거부 의사를 밝히지 않으시면 동의하신 것으로 봅니다. 동의하지 않으시면 마이페이지에서 탈퇴하실 수 있습니다.
