# The main page.
home-title = 라이브 장터
home-headline = 보고, 묻고, 바로 사는 라이브 장터
home-lead = 판매자가 눈앞에서 보여 드립니다. 궁금한 건 채팅으로 물어보고 방송을 보면서 바로 주문하세요.
home-watch = 라이브 보러 가기
home-sell = 나도 판매하기
home-live = 지금 라이브
home-live-empty = 지금은 진행 중인 방송이 없습니다. 예고를 확인해 보세요.
home-trailers = 곧 시작해요
home-trailers-empty = 아직 예고된 방송이 없습니다.
home-replays = 놓친 방송 다시보기
home-products = 새로 나온 상품
home-products-empty = 아직 등록된 상품이 없습니다.
