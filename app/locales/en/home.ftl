# The main page.
home-title = Live market
home-headline = See it live, ask, and buy on the spot
home-lead = Sellers show you what they have, as it is. Ask in the chat, and order while you watch.
home-watch = Watch live
home-sell = Start selling
home-live = Live now
home-live-empty = Nobody is live right now. Have a look at what is coming up.
home-trailers = Starting soon
home-trailers-empty = No broadcasts have been announced yet.
home-replays = Replays
home-products = New products
home-products-empty = There are no products yet.
