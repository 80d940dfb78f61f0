# The cart and coupons.
cart-title = Cart
cart-empty = Your cart is empty.
cart-to-live = Watch live
cart-to-products = Browse products
cart-live-price = Live price
cart-left =
    { $count ->
        [one] Only { $count } left
       *[other] Only { $count } left
    }
cart-quantity-of = Quantity of { $title }
cart-change = Update
cart-remove = Remove
cart-total = Total
cart-total-note = All shipping fees included. Coupons are applied at checkout.
cart-checkout = Check out
cart-nothing-to-buy = Nothing in your cart can be ordered right now.
cart-guest-note = When you log in, these items move to your own cart.
cart-not-for-sale = No longer for sale.
cart-own-product = You cannot buy your own product.
cart-sold-out = Sold out.
cart-not-enough = Not enough in stock.
cart-full = Your cart is full. Please remove something first.
cart-choose-option = Please choose an option.
cart-quantity-wrong = The quantity can be from 1 to 99.
sum-items = Items
sum-shipping = Shipping
sum-free = Free
trade-mode-ordinary = Shop sale
trade-mode-used = Second-hand
trade-mode-direct = In person
flash-cart-added = Added to your cart.
flash-cart-changed = Quantity changed.
flash-cart-removed = Removed from your cart.

coupon-mine = Your coupons
coupon-none = You have no coupons to use.
coupon-until = until { $date }
coupon-code = Coupon code
coupon-claim = Get
flash-coupon-claimed = You have the coupon. Use it at checkout.
flash-coupon-already = You already have this coupon.
flash-coupon-refused = This coupon cannot be claimed. Please check the code; it may have ended or run out.

coupons-title = Coupons
coupons-made = Your coupons
coupons-none = You have not made any coupons yet.
coupons-new = New coupon
coupons-who-pays = You bear the discount; it is taken into account in your settlement.
coupons-create = Create coupon
coupon-code-wrong = Use 4 to 20 capital letters, digits and hyphens.
coupon-code-taken = This code is already in use.
coupon-label-title = Name
coupon-label-kind = Kind of discount
coupon-kind-amount = Amount
coupon-kind-percent = Percentage
coupon-label-value = Discount
coupon-value-hint = In won, or in percent (up to 90).
coupon-label-minimum = Minimum order (optional)
coupon-label-maximum = Maximum discount (optional)
coupon-label-quantity = How many (optional)
coupon-quantity-hint = Leave it empty for no limit.
coupon-label-days = Valid for (days)
coupon-label-broadcast = Only for a broadcast (optional)
coupon-any-broadcast = All products
coupon-percent-off = { $percent }% off
coupon-amount-off = { $amount } off
coupon-claimed = claimed by { $count }
coupon-stop = Stop
coupon-stopped = Stopped
flash-coupon-created = Coupon created.
flash-coupon-stopped = Coupon stopped.
