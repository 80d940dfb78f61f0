# Search.
search-title = Search
search-title-of = Results for “{ $query }”
search-lead = Search by product, broadcast or seller, or choose a category.
search-nothing = Nothing was found.
search-nothing-hint = Try fewer words, or different ones.
search-sellers = Sellers
search-broadcasts = Broadcasts
search-products = { $count ->
    [one] One product
   *[other] { $count } products
}
