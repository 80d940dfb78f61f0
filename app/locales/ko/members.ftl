# Sign-up, log-in, one's own pages, and their mails.
label-email = 이메일
label-password = 비밀번호
label-new-password = 새 비밀번호
label-current-password = 현재 비밀번호
label-nickname = 닉네임
label-name = 이름
label-phone = 전화번호
label-company-name = 회사명
label-language = 언어
member-kind-personal = 개인 회원
member-kind-company = 기업 회원

signup-title = 회원가입
signup-lead = 가입하면 내 라이브 채널이 함께 만들어집니다.
signup-kind = 회원 유형
signup-email-hint = 이 주소로 인증 메일을 보내 드립니다.
signup-password-hint = 8자 이상. 문장처럼 길게 정하면 더 안전합니다.
signup-nickname-hint = 채팅과 후기에 보이는 이름입니다. 20자까지 쓸 수 있습니다.
signup-company-hint = 기업 회원만 입력해 주세요.
signup-nickname-taken = 이미 사용 중이거나 쓸 수 없는 닉네임입니다.
signup-required = 필수 확인과 동의
signup-adult = (필수) 만 14세 이상입니다.
signup-under-14 = 만 14세 미만은 법정대리인의 동의가 필요하여 가입하실 수 없습니다. 입력하신 내용은 저장하지 않았습니다.
signup-terms = (필수) 이용약관에 동의합니다.
signup-privacy = (필수) 개인정보 수집과 이용에 동의합니다.
signup-transfer = (필수) 개인정보의 국외 이전에 동의합니다.
signup-transfer-details = 이전받는 자: { $hosting } · 국가: 미국(버지니아 북부) · 항목: 회원 정보와 거래 기록 · 목적: 데이터 보관 · 기간: 회원 탈퇴 또는 법정 보존 기간까지
signup-consent-required = 동의하셔야 가입할 수 있습니다.
signup-optional = 선택 동의
signup-marketing = (선택) 할인과 라이브 소식을 이메일로 받겠습니다.
signup-night = (선택) 밤 9시부터 아침 8시 사이에도 받겠습니다.
signup-submit = 가입하기
signup-have-account = 이미 회원이신가요?

verify-title = 이메일 인증
verify-lead = { $email } 주소로 메일을 보냈습니다. 메일에 있는 여섯 자리 숫자를 입력하거나 링크를 눌러 주세요.
verify-code = 인증번호
verify-code-hint = 24시간 동안 쓸 수 있습니다.
verify-submit = 인증하기
verify-no-mail = 메일이 오지 않았나요?
verify-resend = 다시 보내기
verify-wrong-code = 인증번호가 맞지 않거나 기간이 지났습니다. 여러 번 틀렸다면 메일을 다시 받아 주세요.
verify-link-lead = 아래 버튼을 누르면 이메일 인증이 끝납니다.
verify-used = 이미 사용한 링크입니다.
verify-address-taken = 이 주소는 이미 다른 회원이 사용하고 있습니다.
link-over = 이미 사용했거나 기간이 지난 링크입니다.

login-title = 로그인
login-submit = 로그인
login-forgotten = 아이디나 비밀번호를 잊으셨나요?
login-no-account = 아직 회원이 아니신가요?
login-wrong = 이메일 또는 비밀번호가 맞지 않습니다.
login-suspended = 이용이 정지된 계정입니다. 고객센터로 문의해 주세요.

recover-title = 아이디·비밀번호 찾기
recover-lead = 가입하신 이메일 주소를 입력하시면 비밀번호를 새로 정할 수 있는 링크를 보내 드립니다.
recover-submit = 메일 받기
recover-sent = { $email } 주소로 가입된 계정이 있다면 메일을 보냈습니다. 링크는 30분 동안 한 번만 쓸 수 있습니다.
reset-title = 새 비밀번호 정하기
reauthenticate-title = 비밀번호 확인
reauthenticate-lead = 중요한 정보를 보호하기 위해 비밀번호를 한 번 더 확인합니다.
reauthenticate-submit = 확인
reauthenticate-wrong = 비밀번호가 맞지 않습니다.

my-title = 마이페이지
my-hello = { $nickname }님, 안녕하세요
my-data = 내 정보
my-since = 가입일
my-selling = 판매
my-buying = 구매
my-broadcasts = 내 방송
my-trailers = 내 예고
my-products = 내 상품
my-sales = 판매 내역
my-orders = 주문 내역
my-wishes = 찜한 상품
my-following = 관심 판매자
edit-title = 내 정보 수정
email-title = 이메일 변경
email-current = 지금 쓰는 주소는 { $email } 입니다.
email-new = 새 이메일
email-hint = 새 주소로 보낸 메일에서 확인하셔야 바뀝니다.
email-submit = 확인 메일 받기
email-sent = { $email } 주소로 메일을 보냈습니다. 링크를 누르면 주소가 바뀝니다.
password-title = 비밀번호 변경
password-submit = 비밀번호 변경
password-others-out = 변경하면 다른 기기에서는 모두 로그아웃됩니다.

second-factor-title = 2단계 인증
second-factor-on = 사용 중
second-factor-on-text = 로그인할 때 인증 앱의 숫자를 함께 확인합니다.
second-factor-why = 인증 앱을 연결하면 비밀번호가 새어 나가도 계정을 지킬 수 있습니다. 판매자에게는 필수입니다.
second-factor-scan = 인증 앱으로 QR 코드를 찍어 주세요.
second-factor-qr = 인증 앱에 등록할 QR 코드
second-factor-type = 찍을 수 없다면 이 키를 입력해 주세요.
second-factor-code = 인증 앱의 여섯 자리 숫자
second-factor-code-hint = 휴대폰이 없다면 복구 코드를 입력해 주세요.
second-factor-ask = 인증 앱에 보이는 숫자를 입력해 주세요.
second-factor-enable = 2단계 인증 켜기
second-factor-disable = 2단계 인증 끄기
second-factor-wrong = 숫자가 맞지 않거나 이미 사용한 숫자입니다. 새 숫자가 나오면 다시 입력해 주세요.
second-factor-already-on = 이미 2단계 인증을 사용하고 있습니다.
second-factor-needed = 판매자와 관리자는 2단계 인증을 끌 수 없습니다.
recovery-codes-title = 복구 코드
recovery-codes-lead = 휴대폰을 잃어버렸을 때 쓰는 코드입니다. 하나씩 한 번만 쓸 수 있고 지금만 보여 드리니 안전한 곳에 적어 두세요.

devices-title = 로그인된 기기
devices-browser = 브라우저
devices-ip = IP 주소
devices-seen = 마지막 사용
devices-action = 관리
devices-this = 이 기기
devices-revoke = 로그아웃
devices-revoke-others = 다른 기기에서 모두 로그아웃

consents-title = 동의 내역
consent-terms = 이용약관
consent-privacy = 개인정보 수집과 이용
consent-transfer-abroad = 개인정보 국외 이전
consent-marketing-email = 할인과 라이브 소식 이메일
consent-marketing-night = 밤 9시~아침 8시 수신
consent-given = 동의
consent-not-given = 동의 안 함
consents-required-note = 필수 동의를 철회하려면 탈퇴해 주세요.

channel-title = 내 라이브 채널
channel-server = 송출 서버
channel-key = 스트림 키
channel-key-hidden = 숨김
channel-show-key = 스트림 키 보기
channel-missing = 채널을 만드는 중입니다. 잠시 후 이 페이지를 다시 열어 주세요.
channel-key-warning = 스트림 키를 아는 사람은 누구나 내 이름으로 방송할 수 있습니다. 화면 공유 중에는 열지 마세요.
channel-rotate = 스트림 키 새로 만들기
channel-rotate-note = 새로 만들면 지금 키는 바로 쓸 수 없게 됩니다.
channel-rotated = 마지막 변경

selling-title = 판매자 정보
selling-start = 판매 시작하기
selling-lead = 구매자가 주문하기 전에 판매자를 확인할 수 있도록 아래 정보를 공개합니다.
selling-second-factor-first = 판매자는 계정을 지키기 위해 2단계 인증을 먼저 켜야 합니다.
selling-display-name = 판매자 이름
selling-display-name-hint = 방송과 상품에 보이는 이름입니다.
selling-intro = 소개
selling-phone = 문의 전화
selling-email = 문의 이메일
selling-public-hint = 구매자에게 공개됩니다.
selling-business-number-wrong = 사업자등록번호 10자리를 정확히 입력해 주세요.

leave-title = 회원 탈퇴
leave-erased = 탈퇴하면 이메일, 이름, 전화번호, 배송지, 관심 목록, 채널을 바로 지우며 되돌릴 수 없습니다. 판매 중인 상품은 내려갑니다.
leave-kept = 주문과 결제 기록은 법에 따라 5년 동안 따로 보관한 뒤 지웁니다.
leave-open-orders = 끝나지 않은 주문이나 진행 중인 방송이 있어 지금은 탈퇴하실 수 없습니다.
leave-sure = 안내를 확인했으며 탈퇴하겠습니다.
leave-submit = 탈퇴하기

flash-welcome = 환영합니다! 가입이 끝났고 내 라이브 채널이 준비되었습니다.
flash-logged-out = 로그아웃했습니다.
flash-password-changed = 비밀번호를 바꿨습니다.
flash-email-changed = 이메일 주소를 바꿨습니다.
flash-second-factor-off = 2단계 인증을 껐습니다.
flash-session-revoked = 로그아웃시켰습니다.
flash-key-rotated = 스트림 키를 새로 만들었습니다.
flash-seller = 이제 판매하실 수 있습니다.
flash-left = 탈퇴했습니다. 그동안 이용해 주셔서 감사합니다.

mail-verify-subject = [보고사] 이메일 인증번호 { $code }
mail-verify-body =
    보고사에 오신 것을 환영합니다.

    인증번호: { $code }

    또는 아래 링크를 눌러 주세요. 24시간 동안 쓸 수 있습니다.
    { $link }

    가입하신 적이 없다면 이 메일을 무시하셔도 됩니다.
mail-already-member-subject = [보고사] 이미 가입된 이메일입니다
mail-already-member-body =
    이 주소로 가입하거나 주소를 바꾸려는 요청이 있었습니다.
    이 주소는 이미 보고사 회원의 주소입니다.

    로그인: { $login }
    비밀번호 찾기: { $recover }

    직접 요청하지 않으셨다면 이 메일을 무시하셔도 됩니다.
mail-recover-subject = [보고사] 비밀번호를 새로 정해 주세요
mail-recover-body =
    { $nickname }님의 아이디는 이 이메일 주소입니다.

    아래 링크에서 비밀번호를 새로 정하실 수 있습니다. 30분 동안 한 번만 쓸 수 있습니다.
    { $link }

    요청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 비밀번호는 그대로입니다.
mail-change-email-subject = [보고사] 새 이메일 주소를 확인해 주세요
mail-change-email-body =
    아래 링크를 누르면 회원님의 이메일이 이 주소로 바뀝니다. 24시간 동안 쓸 수 있습니다.
    { $link }

    요청하지 않으셨다면 이 메일을 무시하셔도 됩니다.
mail-changed-subject = [보고사] 계정 정보가 바뀌었습니다
mail-changed-body =
    { $what }

    직접 하지 않으셨다면 비밀번호를 바꾸고 고객센터로 알려 주세요.
mail-what-password = 비밀번호가 바뀌었습니다.
mail-what-email = 이메일 주소가 바뀌었습니다.
mail-what-second-factor = 2단계 인증 설정이 바뀌었습니다.

# Other platforms' accounts.
social-or = 또는 다른 서비스의 계정으로
social-with = { $provider }로 계속하기
social-signup-lead = { $provider } 계정을 확인했습니다. 아래를 채우면 가입이 끝납니다. 가입하기 전에는 아무것도 저장하지 않습니다.
social-address-known = 이 이메일로 가입한 회원이 이미 있습니다. 먼저 로그인한 뒤 마이페이지의 ‘로그인 방법’에서 이 계정을 연결해 주세요.
social-state-wrong = 확인 시간이 지났거나 이 브라우저에서 시작하지 않은 로그인입니다. 처음부터 다시 해 주세요.
social-linked-elsewhere = 이미 다른 회원이나 내 계정에 연결된 계정입니다.
social-last-way = 마지막 로그인 방법은 끊을 수 없습니다. 먼저 비밀번호를 정해 주세요.
social-reauthenticate = 비밀번호가 없다면 연결한 계정으로 다시 로그인해 확인할 수 있습니다.
logins-title = 로그인 방법
logins-lead = 연결한 계정으로 로그인할 수 있습니다.
logins-no-password = 아직 비밀번호가 없습니다. 메일로 링크를 받아 정할 수 있습니다.
logins-link = 연결
logins-unlink = 연결 끊기
flash-social-failed = 다른 서비스에서 확인하지 못했습니다. 잠시 후 다시 해 주세요.
flash-social-cancelled = 로그인을 취소했습니다.
flash-social-suspended = 이용이 정지된 계정입니다. 고객센터로 문의해 주세요.
flash-social-linked = 계정을 연결했습니다.
flash-social-unlinked = 연결을 끊었습니다.
