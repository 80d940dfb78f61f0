# Reviews.
reviews-mine = My reviews
reviews-waiting = Waiting for your review
reviews-written = What I have written
reviews-of = Reviews of { $title }
reviews-to-product = See the product
review-write = Write a review
review-rating = Stars
review-star =
    { $count ->
        [one] { $count } star
       *[other] { $count } stars
    }
review-stars = { $rating } out of 5 stars
review-count =
    { $count ->
        [one] { $count } review
       *[other] { $count } reviews
    }
review-none = There are no reviews yet.
review-body = Your review
review-body-hint = Only buyers who have received it can review it. Up to 2,000 characters.
review-photos = Photos
review-photos-add = Add photos
review-photos-hint = Up to 5 photos (JPEG, PNG or WebP), 10 MB each. We remove where they were taken.
review-photo = Photo { $number } by { $author }
review-photo-remove = Remove photo { $number }
review-rating-missing = Please choose the stars.
review-too-many-photos = At most { $max } photos, please.
review-banned-word = This contains words that cannot be used here.
review-exists = You have already reviewed this.
review-edit = Edit
review-delete = Delete
review-edited = edited
flash-review-written = Thank you for your review.
flash-review-deleted = Your review has been deleted.
notice-review-written =
    { $rating ->
        [one] A new review of { $product }: { $rating } star.
       *[other] A new review of { $product }: { $rating } stars.
    }
