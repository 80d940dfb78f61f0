# Checkout, orders, refunds.
checkout-title = Checkout
checkout-seller = About the seller
checkout-excluded = This product cannot be returned for a change of mind.
checkout-meeting-place = Meeting place: { $place }
checkout-withdrawal = You may withdraw within 7 days of receiving the goods, without giving a reason.
checkout-no-withdrawal = This is a sale between private persons: no returns for a change of mind. You get your money back if it is not as described.
checkout-coupon = Coupon
checkout-no-coupon = None
checkout-coupon-apply = Apply
checkout-coupon-unfit = This coupon does not fit this order.
checkout-address = Delivery address
checkout-address-new = New address
checkout-address-keep = Keep this address.
checkout-memo = Note for the delivery (optional)
checkout-method = Payment method
checkout-escrow = Virtual accounts, transfers, second-hand and in-person sales are protected by escrow: we keep the money until you confirm the purchase.
checkout-consents = Confirm and agree
checkout-agree-order = (Required) I have checked products, prices and address, and agree to pay.
checkout-agree-provide = (Required) I agree that my data is given to the seller.
checkout-agree-provide-details = To: the sellers above · What: recipient's name, phone and address · Why: delivery and questions · Until: the sale is completed
checkout-agree-excluded = (Required) I know and agree that some of these products cannot be returned for a change of mind.
checkout-consent-required = We need your consent to place the order.
checkout-pay = Pay { $total }
checkout-hold = Once you start to pay, we hold the goods for you for 15 minutes.
checkout-problem = Something in your cart cannot be bought right now. Please check your cart.
checkout-too-little = The total has to be at least 100 won.
checkout-price-changed = A price has changed in the meantime. Please check the new total and pay again.
checkout-too-late = Payment has already started or ended.
sum-discount = Discount
sum-total = Total to pay
sum-refunded = Refunded
flash-checkout-problem = Something here cannot be bought right now. Please remove it or change its quantity first.
flash-checkout-sold-out = This has just sold out. Please check the quantities.
flash-checkout-coupon-gone = This coupon has been used already.
flash-checkout-cancelled = You left the checkout. Everything is still in your cart.
flash-checkout-over = The time to pay is over. If you were charged, the amount is returned automatically.

addresses-title = Addresses
addresses-kept = Your addresses
addresses-none = You have not kept any addresses.
address-label = Name of the address (optional)
address-recipient = Recipient
address-postcode = Postcode
address-postcode-wrong = Please enter the five digits of the postcode.
address-line1 = Address
address-line2 = Address, second line (optional)
address-default = Default
address-make-default = Make it the default
address-delete = Delete
address-too-many = You can keep up to 10 addresses.
flash-address-deleted = Address deleted.

orders-none = You have not ordered anything yet.
order-title = Order { $number }
order-details = Details
order-items = Items
order-item-refunded = { $count } refunded
order-review = Write a review
order-shipment = Delivery
order-carrier = Carrier
order-carrier-choose = Choose a carrier
order-tracking = Tracking number
order-tracking-wrong = Please enter a valid tracking number.
order-shipped-at = Sent
order-delivered-at = Arrived
order-payment = Payment
order-escrow = protected by escrow
order-cancel = Cancel the order
order-cancel-note = Nothing has been sent yet: it is cancelled at once, and you get everything back.
order-cancel-too-late = The seller is already preparing or has sent it. You can withdraw once you have it.
order-reason = Reason
order-received = I have received it
order-confirm = Confirm the purchase
order-confirm-note = The seller is paid then. Afterwards you get money back only if something is not as described.
order-return = Withdraw or ask for a refund
order-withdrawal-until = You may withdraw until { $date }
order-ship-by = To be sent by { $date }
order-steps = Progress
order-history = History
order-refunds = Refunds
order-handover-title = Handing over
order-handover-text = Tell the seller this number once you have looked at the goods and take them. Not before.
order-handover-code = The buyer's number
order-handover-hint = Six digits that the buyer tells you when you hand the goods over.
order-handover-submit = Handed over
order-handover-wrong = That number is not right. Please look at the buyer's screen again.
order-send = Send it
order-prepare = Start preparing
order-ship = Mark as sent
order-delivered-note = Does the carrier say that it has arrived?
order-mark-delivered = Mark as delivered
order-cancel-or-part = Cancel the order or a part of it
order-give-back = Give money back
order-status-awaiting-payment = Not paid
order-status-awaiting-deposit = Awaiting deposit
order-status-paid = Paid
order-status-preparing = In preparation
order-status-shipped = Sent
order-status-delivered = Delivered
order-status-confirmed = Confirmed
order-status-cancelled = Cancelled
order-status-expired = Expired
order-status-partially-refunded = Partly refunded
order-status-refunded = Refunded
flash-order-cancelled = Order cancelled. You get your money back.
flash-order-received = Glad it arrived! If all is well, please confirm the purchase.
flash-order-confirmed = Purchase confirmed. How about a review?
flash-order-preparing = Marked as in preparation.
flash-order-shipped = Marked as sent.
flash-order-delivered = Marked as delivered.
flash-order-handed-over = Handed over.

sales-none = No such orders.
sales-filter = By status
sales-all = All
sales-order = Order
sales-status = Status
sales-ship-by = Send by
sales-buyer = Buyer

refund-kind-cancel = Cancellation
refund-kind-withdrawal = Changed my mind (withdrawal)
refund-kind-defect = Not as described, or faulty
refund-status-requested = Requested
refund-status-approved = To be refunded
refund-status-pending = Being refunded
refund-status-done = Refunded
refund-status-rejected = Rejected
refund-status-failed = Needs attention
refund-label-kind = Why
refund-label-items = What goes back, and how many
refund-who-pays = You pay for the return if you changed your mind; the seller pays if something is wrong with it.
refund-at-most = At most { $count }.
refund-submit = Send request
refund-promise = You get the money back within 3 business days after the seller has received the goods.
refund-choose-items = Please say what goes back, and how many.
refund-quantity-wrong = Please check the quantities.
refund-item-excluded = Products that cannot be returned are excluded from a change of mind.
refund-too-late = It is too late for that, or it has been dealt with already.
refund-open-already = A refund is already in progress.
refund-cannot-reject = Once the goods are back, a withdrawal cannot be rejected.
refund-needs-account = Paid by virtual account: the buyer has to ask, for only they can name an account.
refund-due = Refund due by { $date }
refund-why-not = Reason: { $why }
refund-restock = Put back into stock
refund-returned = The goods are back
refund-approve = Refund
refund-reject = Reject
refund-give = Give back
flash-refund-requested = Request sent. We tell you as soon as the seller has looked at it.
flash-refund-approved = The refund is on its way.
flash-refund-returned = Return noted.
flash-refund-rejected = Request rejected.

notice-order-paid = Order { $number } has been paid.
notice-order-new = New order { $number }.
notice-order-awaits-deposit = Order { $number } is waiting for your deposit.
notice-deposit-reversed = The deposit for order { $number } was taken back.
notice-order-shipped = Order { $number } has been sent.
notice-order-delivered = Order { $number } has arrived.
notice-order-confirmed = The purchase of order { $number } is confirmed.
notice-order-cancelled = Order { $number } was cancelled.
notice-order-late = Order { $number } should have been sent by now. The buyer can cancel it at once.
notice-refund-requested = A refund is asked for in order { $number }.
notice-refund-rejected = The refund for order { $number } was rejected.
notice-refunded = The refund for order { $number } is done.

mail-order-paid-subject = [BOGOSA] Order { $number } has been paid
mail-order-paid-body =
    Total: { $total }

    The order and how to withdraw are here. You may withdraw within 7 days of receiving the goods (unless excluded).
    { $link }
mail-order-shipped-subject = [BOGOSA] Order { $number } has been sent
mail-order-shipped-body =
    The tracking number is here:
    { $link }
mail-order-cancelled-subject = [BOGOSA] Order { $number } was cancelled
mail-order-cancelled-body =
    The seller has cancelled the order. You get your money back automatically.
    { $link }
mail-refunded-subject = [BOGOSA] The refund for order { $number } is done
mail-refunded-body =
    Refunded of this order so far: { $refunded }

    Depending on your card it may take a few days to show.
    { $link }
