# Sign-up, log-in, one's own pages, and their mails.
label-email = E-mail
label-password = Password
label-new-password = New password
label-current-password = Current password
label-nickname = Nickname
label-name = Name
label-phone = Phone
label-company-name = Company name
label-language = Language
member-kind-personal = Personal
member-kind-company = Company

signup-title = Sign up
signup-lead = Your own live channel comes with your account.
signup-kind = Type of account
signup-email-hint = We will send a mail to this address to verify it.
signup-password-hint = At least 8 characters. A long phrase is safer than a short puzzle.
signup-nickname-hint = Shown in chats and reviews. Up to 20 characters.
signup-company-hint = For company accounts only.
signup-nickname-taken = This nickname is taken or cannot be used.
signup-required = Required confirmations
signup-adult = (Required) I am 14 years old or older.
signup-under-14 = People under 14 need the consent of a guardian and cannot sign up. Nothing you entered has been stored.
signup-terms = (Required) I agree to the terms of service.
signup-privacy = (Required) I agree to the collection and use of my personal data.
signup-transfer = (Required) I agree to my personal data being transferred abroad.
signup-transfer-details = Recipient: { $hosting } · Country: United States (Northern Virginia) · Data: account details and transaction records · Purpose: storage · Until: you leave, or the end of the legal retention period
signup-consent-required = You need to agree to this to sign up.
signup-optional = Optional
signup-marketing = (Optional) Send me offers and live news by e-mail.
signup-night = (Optional) Also between 9 p.m. and 8 a.m.
signup-submit = Sign up
signup-have-account = Already have an account?

verify-title = Verify your e-mail
verify-lead = We have sent a mail to { $email }. Enter the six digits from it, or follow its link.
verify-code = Code
verify-code-hint = It works for 24 hours.
verify-submit = Verify
verify-no-mail = No mail?
verify-resend = Send it again
verify-wrong-code = The code is wrong or has expired. After several mistakes, please ask for a new mail.
verify-link-lead = Press the button to finish verifying your e-mail.
verify-used = This link has already been used.
verify-address-taken = Somebody else is already using this address.
link-over = This link has been used or has expired.

login-title = Log in
login-submit = Log in
login-forgotten = Forgotten your id or password?
login-no-account = No account yet?
login-wrong = The e-mail or the password is wrong.
login-suspended = This account is suspended. Please contact us.

recover-title = Find id or password
recover-lead = Enter the e-mail address you signed up with, and we will send a link to set a new password.
recover-submit = Send the mail
recover-sent = If there is an account for { $email }, we have sent a mail. Its link works once, for 30 minutes.
reset-title = Set a new password
reauthenticate-title = Confirm your password
reauthenticate-lead = To protect important information, please enter your password once more.
reauthenticate-submit = Confirm
reauthenticate-wrong = The password is wrong.

my-title = My page
my-hello = Hello, { $nickname }
my-data = My details
my-since = Member since
my-selling = Selling
my-buying = Buying
my-broadcasts = My broadcasts
my-trailers = My announcements
my-products = My products
my-sales = Sales
my-orders = Orders
my-wishes = Wish list
my-following = Sellers I follow
edit-title = Edit my details
email-title = Change e-mail
email-current = Your address is { $email }.
email-new = New e-mail
email-hint = It changes once you confirm it from the mail we send there.
email-submit = Send the mail
email-sent = We have sent a mail to { $email }. Follow its link to change your address.
password-title = Change password
password-submit = Change password
password-others-out = You will be logged out on all other devices.

second-factor-title = Two-step verification
second-factor-on = On
second-factor-on-text = Logging in also asks for a code from your authenticator app.
second-factor-why = With an authenticator app your account stays safe even if your password leaks. Sellers need it.
second-factor-scan = Scan the QR code with your authenticator app.
second-factor-qr = QR code for your authenticator app
second-factor-type = If you cannot scan it, type this key:
second-factor-code = Six digits from the app
second-factor-code-hint = Without your phone, enter a recovery code.
second-factor-ask = Enter the code that your authenticator app shows.
second-factor-enable = Turn on two-step verification
second-factor-disable = Turn off two-step verification
second-factor-wrong = The code is wrong or has been used. Please wait for the next one.
second-factor-already-on = Two-step verification is already on.
second-factor-needed = Sellers and admins cannot turn two-step verification off.
recovery-codes-title = Recovery codes
recovery-codes-lead = For when you lose your phone. Each works once, and they are shown only now: please keep them somewhere safe.

devices-title = Where you are logged in
devices-browser = Browser
devices-ip = IP address
devices-seen = Last used
devices-action = Action
devices-this = This one
devices-revoke = Log out
devices-revoke-others = Log out everywhere else

consents-title = My consents
consent-terms = Terms of service
consent-privacy = Collection and use of personal data
consent-transfer-abroad = Transfer of personal data abroad
consent-marketing-email = Offers and live news by e-mail
consent-marketing-night = Also between 9 p.m. and 8 a.m.
consent-given = Agreed
consent-not-given = Not agreed
consents-required-note = To withdraw a required consent, please leave.

channel-title = My live channel
channel-server = Ingest server
channel-key = Stream key
channel-key-hidden = Hidden
channel-show-key = Show the stream key
channel-missing = Your channel is being made. Please open this page again in a moment.
channel-key-warning = Whoever knows the stream key can broadcast in your name. Do not open this page while sharing your screen.
channel-rotate = Make a new stream key
channel-rotate-note = The current key stops working at once.
channel-rotated = Last changed

selling-title = Seller profile
selling-start = Start selling
selling-lead = Buyers can see this before they order, so that they know who they buy from.
selling-second-factor-first = To protect their accounts, sellers turn on two-step verification first.
selling-display-name = Seller name
selling-display-name-hint = Shown with your broadcasts and products.
selling-intro = About you
selling-phone = Phone for questions
selling-email = E-mail for questions
selling-public-hint = Shown to buyers.
selling-business-number-wrong = Please enter the ten digits of your business registration number.

leave-title = Leave
leave-erased = Your e-mail, name, phone number, addresses, lists and channel are erased at once, and this cannot be undone. Products you sell are taken down.
leave-kept = Records of orders and payments are kept apart for five years, as the law asks, and then deleted.
leave-open-orders = You cannot leave while you have unfinished orders or a running broadcast.
leave-sure = I have read this and want to leave.
leave-submit = Leave

flash-welcome = Welcome! You are signed up, and your live channel is ready.
flash-logged-out = You are logged out.
flash-password-changed = Your password has been changed.
flash-email-changed = Your e-mail address has been changed.
flash-second-factor-off = Two-step verification is off.
flash-session-revoked = Logged out there.
flash-key-rotated = You have a new stream key.
flash-seller = You can sell now.
flash-left = You have left. Thank you for having been with us.

mail-verify-subject = [BOGOSA] Your code is { $code }
mail-verify-body =
    Welcome to BOGOSA.

    Your code: { $code }

    Or follow this link. Both work for 24 hours.
    { $link }

    If you did not sign up, you can ignore this mail.
mail-already-member-subject = [BOGOSA] You already have an account
mail-already-member-body =
    Somebody asked to sign up with this address, or to change theirs to it.
    It already belongs to a member of BOGOSA.

    Log in: { $login }
    Find your password: { $recover }

    If that was not you, you can ignore this mail.
mail-recover-subject = [BOGOSA] Set a new password
mail-recover-body =
    { $nickname }, your id is this e-mail address.

    Follow this link to set a new password. It works once, for 30 minutes.
    { $link }

    If you did not ask for it, you can ignore this mail: your password has not changed.
mail-change-email-subject = [BOGOSA] Confirm your new address
mail-change-email-body =
    Follow this link to change the address of your account to this one. It works for 24 hours.
    { $link }

    If you did not ask for it, you can ignore this mail.
mail-changed-subject = [BOGOSA] Your account has changed
mail-changed-body =
    { $what }

    If that was not you, please change your password and tell us.
mail-what-password = Your password has been changed.
mail-what-email = Your e-mail address has been changed.
mail-what-second-factor = Your two-step verification has been changed.

# Other platforms' accounts.
social-or = Or with another service’s account
social-with = Continue with { $provider }
social-signup-lead = { $provider } has told us who you are. Fill in the rest to sign up; nothing is stored before you do.
social-address-known = Somebody has signed up with this address. Log in first, then link this account under “Ways to log in” on your page.
social-state-wrong = This took too long, or was not begun in this browser. Please start again.
social-linked-elsewhere = This account is already linked, to another member or to you.
social-last-way = This is your last way to log in. Please set a password first.
social-reauthenticate = Without a password, log in again with a linked account to confirm.
logins-title = Ways to log in
logins-lead = You can log in with the accounts that you link here.
logins-no-password = You have no password yet. A link by mail lets you set one:
logins-link = Link
logins-unlink = Unlink
flash-social-failed = The other service could not confirm who you are. Please try again later.
flash-social-cancelled = You cancelled the log-in.
flash-social-suspended = This account is suspended. Please contact us.
flash-social-linked = The account is linked.
flash-social-unlinked = The account is not linked any more.
