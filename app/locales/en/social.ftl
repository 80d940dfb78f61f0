# Sellers, following, wishes, notifications, reports.
follow = Follow
unfollow = Unfollow
follow-oneself = You cannot follow yourself.
flash-following = You are following this seller. We will tell you when they go live.
flash-unfollowed = You are not following this seller any more.
following-empty = You do not follow anybody yet. Follow a seller, and we will tell you when they go live.
seller-verified = Verified
seller-followers =
    { $count ->
        [one] { $count } follower
       *[other] { $count } followers
    }
seller-no-products = Nothing is for sale yet.
seller-reviews = Reviews by buyers
seller-kind-personal = Private seller
seller-kind-company = Business seller
seller-contact-members = Log in to see
seller-checked = Identity checked
seller-not-checked = We have not checked this seller yet
seller-private-note = This is a private seller. Consumer rules such as the right of withdrawal may not apply between private persons.
seller-gone = Not selling any more

wish = Add to wish list
unwish = Remove from wish list
unwish-named = Remove { $title } from wish list
wish-not-on-sale = Not for sale
wishes-empty = Your wish list is empty. Add what you like from its page.
flash-wished = Added to your wish list.
flash-unwished = Removed from your wish list.

remind = Tell me when it starts
remind-not = Do not tell me
remind-too-late = This broadcast has started or was cancelled.
flash-reminded = We will tell you when it starts.
flash-forgotten = We will not tell you.

notifications-empty = Nothing yet.
notifications-read-all = Mark all as read
notifications-unread = Unread:
flash-notifications-read = All marked as read.
notice-live-started = { $seller } is live: { $title }
notice-legal-changed = Our terms or policies are changing ({ $version }). Please see what changes and from when.

unsubscribe-title = No more advertising mail
unsubscribe-lead = Press the button, and we will send you no more offers and live news. Reminders that you asked for are cancelled too.
unsubscribe-submit = Unsubscribe
unsubscribe-done = Done. You will get no more advertising mail.

report = Report
report-title = Report
report-why = Why?
report-details = Details
report-details-hint = Whatever helps us to look into it.
report-submit = Report
report-note = Nobody learns who reported them. We look at reports within 24 hours.
report-subject-message = Chat message
report-subject-comment = Comment
report-subject-review = Review
report-subject-member = Member
report-subject-product = Product
report-subject-broadcast = Broadcast
report-subject-trailer = Announcement
report-reason-abuse = Abuse
report-reason-fraud = Fraud
report-reason-illegal = Illegal or harmful
report-reason-spam = Spam
report-reason-other = Something else
flash-reported = Thank you. We will look into it.

mail-live-started-subject = (광고) [BOGOSA] { $seller } is live
mail-live-started-body =
    { $seller } has gone live.
    { $title }

    Watch now: { $link }

    Sent by: { $operator }
    Address: { $address }
    Phone: { $phone }
    Unsubscribe, free of charge: { $out }
mail-legal-changed-subject = [BOGOSA] Changes to: { $document }
mail-legal-changed-body =
    { $document }: changes from { $date }.
    { $adverse }

    What changes: { $link }

    If you do not object by then, you are taken to agree. If you do not agree, you can leave on your own page.
