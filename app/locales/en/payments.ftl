# Paying.
payment-title = Payment
payment-off = Nothing can be paid right now. Please come back a little later.
payment-provider-silent = The payment provider does not answer. We hold your order: please try again in a moment.
payment-refused = The payment could not be started. Please try another method.
payment-choose-method = Please choose how to pay.
payment-amount-differs = The amount is not that of the order, so nothing was charged.
payment-done = Paid, thank you
payment-done-text = We have told the seller. You also get the order by e-mail.
payment-checking = We are checking your payment
payment-checking-text = The result is coming up. You may close this page.
payment-look-again = Check again
payment-time-left =
    { $minutes ->
        [one] We hold the goods for you for another minute.
       *[other] We hold the goods for you for another { $minutes } minutes.
    }
payment-leave = Leave without paying
payment-over = The time to pay is over
payment-over-text = The goods we held are free again. You can order them from your cart.
payment-orders = Orders
payment-opening = Opening the payment window. If nothing happens, press the button.
payment-needs-script = The payment window needs JavaScript.
payment-another-way = Pay in another way
payment-method-card = Card
payment-method-easy-pay = Easy pay
payment-method-transfer = Bank transfer
payment-method-virtual-account = Virtual account
flash-payment-declined = The payment was not approved. Please try again in another way.
flash-payment-cancelled = Payment cancelled.
deposit-title = Where to pay
deposit-wait = Waiting for your deposit
deposit-amount = Amount
deposit-due = Pay by
deposit-note = If it has not arrived by then, the order is cancelled automatically.
bank-bank = Bank
bank-choose = Choose a bank
bank-number = Account number
bank-number-wrong = Please enter a valid account number.
bank-holder = Account holder
bank-why = You paid into a virtual account: please say where the money should go back to.
test-title = Test payment
test-no-money = This is a test. No money is taken.
test-outcome-succeed = Pay
test-outcome-decline = Decline
test-outcome-slow = Pay after a long wait
test-outcome-twice = Pay and notify twice
test-leave = Close the window
test-deposit = Pay into the account
test-reverse = The bank takes it back
test-chosen = Already done.
test-to-bank = Go to the test bank
