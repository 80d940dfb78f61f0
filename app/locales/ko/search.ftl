# Search.
search-title = 검색
search-title-of = ‘{ $query }’ 검색 결과
search-lead = 상품 이름, 방송 제목, 판매자 이름으로 찾을 수 있습니다. 카테고리에서 골라 보셔도 좋아요.
search-nothing = 찾으시는 결과가 없습니다.
search-nothing-hint = 단어를 줄이거나 다른 말로 찾아보세요.
search-sellers = 판매자
search-broadcasts = 방송
search-products = 상품 { $count }개
