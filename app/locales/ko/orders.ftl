# Checkout, orders, refunds.
checkout-title = 주문서
checkout-seller = 판매자 정보
checkout-excluded = 청약철회가 제한되는 상품입니다.
checkout-meeting-place = 만나는 곳: { $place }
checkout-withdrawal = 상품을 받은 날부터 7일 안에 이유를 묻지 않고 청약을 철회할 수 있습니다.
checkout-no-withdrawal = 개인 간 거래라 단순 변심으로는 돌려보낼 수 없습니다. 설명과 다르면 환불받을 수 있습니다.
checkout-coupon = 쿠폰
checkout-no-coupon = 사용 안 함
checkout-coupon-apply = 적용
checkout-coupon-unfit = 이 주문에는 쓸 수 없는 쿠폰입니다.
checkout-address = 배송지
checkout-address-new = 새 배송지
checkout-address-keep = 이 배송지를 저장합니다.
checkout-memo = 배송 메모 (선택)
checkout-method = 결제 수단
checkout-escrow = 가상계좌와 계좌이체, 중고·직거래는 구매안전서비스(에스크로)로 보호합니다. 구매를 확정하실 때까지 대금을 보관합니다.
checkout-consents = 확인과 동의
checkout-agree-order = (필수) 상품, 가격, 배송지를 확인했으며 결제에 동의합니다.
checkout-agree-provide = (필수) 판매자에게 개인정보를 제공하는 데 동의합니다.
checkout-agree-provide-details = 제공받는 자: 위 판매자 · 항목: 받는 분 이름, 전화번호, 주소 · 목적: 배송과 상담 · 기간: 거래가 끝날 때까지
checkout-agree-excluded = (필수) 청약철회가 제한되는 상품이 있음을 확인했으며 동의합니다.
checkout-consent-required = 동의하셔야 주문할 수 있습니다.
checkout-pay = { $total } 결제하기
checkout-hold = 결제를 시작하면 15분 동안 상품을 잡아 둡니다.
checkout-problem = 지금 살 수 없는 상품이 있습니다. 장바구니를 확인해 주세요.
checkout-too-little = 결제 금액은 100원 이상이어야 합니다.
checkout-price-changed = 그 사이 가격이 바뀌었습니다. 새 금액을 확인하고 다시 결제해 주세요.
checkout-too-late = 이미 결제가 시작되었거나 끝난 주문입니다.
sum-discount = 할인
sum-total = 총 결제 금액
sum-refunded = 환불
flash-checkout-problem = 지금 살 수 없는 상품이 있습니다. 빼거나 수량을 바꾼 뒤 주문해 주세요.
flash-checkout-sold-out = 방금 품절되었습니다. 수량을 확인해 주세요.
flash-checkout-coupon-gone = 이미 사용한 쿠폰입니다.
flash-checkout-cancelled = 주문을 그만두었습니다. 상품은 장바구니에 있습니다.
flash-checkout-over = 결제 시간이 지났습니다. 청구된 금액이 있다면 자동으로 취소됩니다.

addresses-title = 배송지 관리
addresses-kept = 저장한 배송지
addresses-none = 저장한 배송지가 없습니다.
address-label = 배송지 이름 (선택)
address-recipient = 받는 분
address-postcode = 우편번호
address-postcode-wrong = 우편번호 다섯 자리를 입력해 주세요.
address-line1 = 주소
address-line2 = 상세 주소 (선택)
address-default = 기본
address-make-default = 기본 배송지로
address-delete = 삭제
address-too-many = 배송지는 10개까지 저장할 수 있습니다.
flash-address-deleted = 배송지를 지웠습니다.

orders-none = 아직 주문한 상품이 없습니다.
order-title = 주문 { $number }
order-details = 자세히 보기
order-items = 주문 상품
order-item-refunded = { $count }개 환불
order-review = 후기 쓰기
order-shipment = 배송
order-carrier = 택배사
order-carrier-choose = 택배사를 선택해 주세요
order-tracking = 운송장 번호
order-tracking-wrong = 운송장 번호를 정확히 입력해 주세요.
order-shipped-at = 발송
order-delivered-at = 도착
order-payment = 결제
order-escrow = 구매안전서비스 적용
order-cancel = 주문 취소
order-cancel-note = 아직 발송 전이라 바로 취소되고 전액 환불됩니다.
order-cancel-too-late = 판매자가 이미 준비하고 있거나 발송했습니다. 받으신 뒤 청약을 철회하실 수 있습니다.
order-reason = 사유
order-received = 상품을 받았어요
order-confirm = 구매 확정
order-confirm-note = 확정하면 판매자에게 대금을 지급하며, 그 뒤에는 설명과 다른 경우에만 환불됩니다.
order-return = 청약철회·환불 요청
order-withdrawal-until = 청약철회 기한: { $date }
order-ship-by = 발송 기한: { $date }
order-steps = 진행 상태
order-history = 처리 내역
order-refunds = 환불
order-handover-title = 직거래 인계
order-handover-text = 상품을 확인하고 받으실 때 판매자에게 이 번호를 알려 주세요. 그 전에는 알려 주지 마세요.
order-handover-code = 구매자의 인계 번호
order-handover-hint = 만나서 상품을 건네고 받은 여섯 자리 숫자입니다.
order-handover-submit = 인계 완료
order-handover-wrong = 번호가 맞지 않습니다. 구매자 화면의 번호를 다시 확인해 주세요.
order-send = 발송하기
order-prepare = 상품 준비 시작
order-ship = 발송 처리
order-delivered-note = 택배사에서 도착을 확인하셨나요?
order-mark-delivered = 도착 처리
order-cancel-or-part = 주문 취소·부분 취소
order-give-back = 환불해 주기
order-status-awaiting-payment = 결제 전
order-status-awaiting-deposit = 입금 대기
order-status-paid = 결제 완료
order-status-preparing = 상품 준비
order-status-shipped = 배송 중
order-status-delivered = 배송 완료
order-status-confirmed = 구매 확정
order-status-cancelled = 취소됨
order-status-expired = 만료됨
order-status-partially-refunded = 일부 환불
order-status-refunded = 환불됨
flash-order-cancelled = 주문을 취소했습니다. 결제하신 금액을 돌려드립니다.
flash-order-received = 받으셨군요! 이상이 없다면 구매를 확정해 주세요.
flash-order-confirmed = 구매를 확정했습니다. 후기를 남겨 보세요.
flash-order-preparing = 상품 준비를 시작했습니다.
flash-order-shipped = 발송 처리했습니다.
flash-order-delivered = 도착 처리했습니다.
flash-order-handed-over = 상품을 인계했습니다.

sales-none = 해당하는 주문이 없습니다.
sales-filter = 상태별 보기
sales-all = 전체
sales-order = 주문
sales-status = 상태
sales-ship-by = 발송 기한
sales-buyer = 구매자

refund-kind-cancel = 주문 취소
refund-kind-withdrawal = 단순 변심 (청약철회)
refund-kind-defect = 설명과 다르거나 문제가 있음
refund-status-requested = 요청됨
refund-status-approved = 환불 예정
refund-status-pending = 환불 중
refund-status-done = 환불 완료
refund-status-rejected = 거절됨
refund-status-failed = 확인 필요
refund-label-kind = 이유
refund-label-items = 돌려보낼 상품과 수량
refund-who-pays = 단순 변심은 반송 비용을 구매자가, 상품에 문제가 있으면 판매자가 부담합니다.
refund-at-most = { $count }개까지
refund-submit = 요청하기
refund-promise = 판매자가 상품을 돌려받은 날부터 3영업일 안에 환불됩니다.
refund-choose-items = 돌려보낼 상품과 수량을 정해 주세요.
refund-quantity-wrong = 수량을 다시 확인해 주세요.
refund-item-excluded = 청약철회가 제한되는 상품은 단순 변심으로 돌려보낼 수 없습니다.
refund-too-late = 기한이 지났거나 이미 처리된 주문입니다.
refund-open-already = 이미 처리 중인 환불이 있습니다.
refund-cannot-reject = 돌려받은 상품의 청약철회는 거절할 수 없습니다.
refund-needs-account = 가상계좌 주문은 환불 계좌가 필요하므로 구매자가 요청해야 합니다.
refund-due = 환불 기한: { $date }
refund-why-not = 거절 사유: { $why }
refund-restock = 재고에 다시 넣기
refund-returned = 상품을 돌려받았어요
refund-approve = 환불하기
refund-reject = 거절하기
refund-give = 환불하기
flash-refund-requested = 환불을 요청했습니다. 판매자가 확인하는 대로 알려 드립니다.
flash-refund-approved = 환불 처리했습니다.
flash-refund-returned = 반품 도착을 기록했습니다.
flash-refund-rejected = 요청을 거절했습니다.

notice-order-paid = 주문 { $number }의 결제가 끝났습니다.
notice-order-new = 새 주문 { $number }이(가) 들어왔습니다.
notice-order-awaits-deposit = 주문 { $number }의 입금을 기다리고 있습니다.
notice-deposit-reversed = 주문 { $number }의 입금이 취소되었습니다.
notice-order-shipped = 주문 { $number }이(가) 발송되었습니다.
notice-order-delivered = 주문 { $number }이(가) 도착했습니다.
notice-order-confirmed = 주문 { $number }의 구매가 확정되었습니다.
notice-order-cancelled = 주문 { $number }이(가) 취소되었습니다.
notice-order-late = 주문 { $number }의 발송 기한이 지났습니다. 구매자는 바로 취소할 수 있습니다.
notice-refund-requested = 주문 { $number }에 환불 요청이 있습니다.
notice-refund-rejected = 주문 { $number }의 환불 요청이 거절되었습니다.
notice-refunded = 주문 { $number }의 환불이 끝났습니다.

mail-order-paid-subject = [보고사] 주문 { $number }의 결제가 끝났습니다
mail-order-paid-body =
    결제 금액: { $total }

    주문 내용과 청약철회 안내는 아래에서 보실 수 있습니다. 상품을 받은 날부터 7일 안에 청약을 철회할 수 있습니다(제한되는 상품 제외).
    { $link }
mail-order-shipped-subject = [보고사] 주문 { $number }이(가) 발송되었습니다
mail-order-shipped-body =
    운송장 번호는 아래에서 보실 수 있습니다.
    { $link }
mail-order-cancelled-subject = [보고사] 주문 { $number }이(가) 취소되었습니다
mail-order-cancelled-body =
    판매자가 주문을 취소했습니다. 결제하신 금액은 자동으로 환불됩니다.
    { $link }
mail-refunded-subject = [보고사] 주문 { $number }의 환불이 끝났습니다
mail-refunded-body =
    이 주문에서 지금까지 환불된 금액: { $refunded }

    카드사에 따라 며칠 뒤에 반영될 수 있습니다.
    { $link }
