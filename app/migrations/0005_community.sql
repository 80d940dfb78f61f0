-- Reviews, follows, wishes, notifications and advertising.

CREATE TABLE reviews (
  id {id},
  order_item_id BIGINT NOT NULL UNIQUE,
  product_id BIGINT NOT NULL,
  broadcast_id BIGINT NULL,
  member_id BIGINT NOT NULL,
  rating INT NOT NULL CHECK (rating BETWEEN 1 AND 5),
  body VARCHAR(2000) NOT NULL,
  created_at {time} NOT NULL,
  edited_at {time} NULL,
  deleted_at {time} NULL,
  FOREIGN KEY (order_item_id) REFERENCES order_items(id),
  FOREIGN KEY (product_id) REFERENCES products(id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id),
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE review_photos (
  id {id},
  review_id BIGINT NOT NULL,
  media_id BIGINT NOT NULL,
  position INT NOT NULL,
  FOREIGN KEY (review_id) REFERENCES reviews(id),
  FOREIGN KEY (media_id) REFERENCES media(id)
){table};

CREATE TABLE follows (
  id {id},
  member_id BIGINT NOT NULL,
  seller_id BIGINT NOT NULL,
  created_at {time} NOT NULL,
  UNIQUE (member_id, seller_id),
  FOREIGN KEY (member_id) REFERENCES members(id),
  FOREIGN KEY (seller_id) REFERENCES members(id)
){table};

CREATE TABLE wishes (
  id {id},
  member_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  created_at {time} NOT NULL,
  UNIQUE (member_id, product_id),
  FOREIGN KEY (member_id) REFERENCES members(id),
  FOREIGN KEY (product_id) REFERENCES products(id)
){table};

-- The text is a message key with its arguments (JSON), so that it follows the reader's language.
CREATE TABLE notifications (
  id {id},
  member_id BIGINT NOT NULL,
  message VARCHAR(60) NOT NULL,
  arguments TEXT NOT NULL,
  link VARCHAR(300) NOT NULL,
  unique_key VARCHAR(120) NULL UNIQUE,
  created_at {time} NOT NULL,
  read_at {time} NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};
CREATE INDEX notifications_of_member ON notifications (member_id, id);

CREATE TABLE ad_slots (
  id {id},
  code VARCHAR(40) NOT NULL UNIQUE,
  title VARCHAR(80) NOT NULL,
  price_per_day BIGINT NOT NULL CHECK (price_per_day >= 0),
  active BOOLEAN NOT NULL
){table};

CREATE TABLE ad_bookings (
  id {id},
  slot_id BIGINT NOT NULL,
  seller_id BIGINT NOT NULL,
  media_id BIGINT NULL,
  title VARCHAR(80) NOT NULL,
  link VARCHAR(300) NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  price BIGINT NOT NULL CHECK (price >= 0),
  status VARCHAR(16) NOT NULL, -- enum AdStatus: requested|approved|rejected
  impressions BIGINT NOT NULL DEFAULT 0,
  clicks BIGINT NOT NULL DEFAULT 0,
  created_at {time} NOT NULL,
  delete_after {time} NOT NULL,
  FOREIGN KEY (slot_id) REFERENCES ad_slots(id),
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (media_id) REFERENCES media(id)
){table};
