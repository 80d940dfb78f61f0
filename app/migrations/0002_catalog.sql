-- Uploaded media, and what is for sale: products, their options, and stock that cannot be oversold.

CREATE TABLE media (
  id {id},
  owner_id BIGINT NOT NULL,
  purpose VARCHAR(24) NOT NULL, -- enum MediaPurpose: product_image|trailer_video|trailer_image|broadcast_image|review_photo|advert
  object_key VARCHAR(255) NOT NULL UNIQUE,
  content_type VARCHAR(80) NOT NULL,
  size BIGINT NOT NULL,
  status VARCHAR(16) NOT NULL, -- enum MediaStatus: requested|uploaded|processing|ready|failed|deleted
  public_url VARCHAR(500) NULL,
  poster_url VARCHAR(500) NULL,
  width INT NULL,
  height INT NULL,
  duration_ms BIGINT NULL,
  job_id VARCHAR(120) NULL UNIQUE,
  error VARCHAR(300) NULL,
  created_at {time} NOT NULL,
  expires_at {time} NULL,
  ready_at {time} NULL,
  FOREIGN KEY (owner_id) REFERENCES members(id)
){table};

-- What the video pipeline told us; the event's id makes a second delivery harmless.
CREATE TABLE media_events (
  id {id},
  event_id VARCHAR(120) NOT NULL UNIQUE,
  media_id BIGINT NULL,
  kind VARCHAR(40) NOT NULL,
  payload TEXT NOT NULL,
  received_at {time} NOT NULL,
  FOREIGN KEY (media_id) REFERENCES media(id)
){table};

CREATE TABLE categories (
  id {id},
  parent_id BIGINT NULL,
  slug VARCHAR(40) NOT NULL UNIQUE,
  name_ko VARCHAR(60) NOT NULL,
  name_en VARCHAR(60) NOT NULL,
  position INT NOT NULL,
  FOREIGN KEY (parent_id) REFERENCES categories(id)
){table};

CREATE TABLE products (
  id {id},
  seller_id BIGINT NOT NULL,
  category_id BIGINT NULL,
  title VARCHAR(120) NOT NULL,
  description TEXT NOT NULL,
  trade_mode VARCHAR(16) NOT NULL, -- enum TradeMode: used|ordinary|direct
  item_condition VARCHAR(16) NULL, -- enum ItemCondition: like_new|good|fair
  meeting_place VARCHAR(150) NULL,
  price BIGINT NOT NULL CHECK (price >= 0),
  shipping_fee BIGINT NOT NULL CHECK (shipping_fee >= 0),
  withdrawal_excluded BOOLEAN NOT NULL,
  withdrawal_excluded_reason VARCHAR(200) NULL,
  status VARCHAR(16) NOT NULL, -- enum ProductStatus: draft|on_sale|hidden|blocked
  cover_media_id BIGINT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (category_id) REFERENCES categories(id),
  FOREIGN KEY (cover_media_id) REFERENCES media(id)
){table};
CREATE INDEX products_by_status ON products (status, created_at);

CREATE TABLE product_images (
  id {id},
  product_id BIGINT NOT NULL,
  media_id BIGINT NOT NULL,
  alt VARCHAR(200) NOT NULL,
  position INT NOT NULL,
  FOREIGN KEY (product_id) REFERENCES products(id),
  FOREIGN KEY (media_id) REFERENCES media(id)
){table};

CREATE TABLE product_options (
  id {id},
  product_id BIGINT NOT NULL,
  name VARCHAR(40) NOT NULL,
  position INT NOT NULL,
  FOREIGN KEY (product_id) REFERENCES products(id)
){table};

CREATE TABLE product_option_values (
  id {id},
  option_id BIGINT NOT NULL,
  label VARCHAR(60) NOT NULL,
  position INT NOT NULL,
  FOREIGN KEY (option_id) REFERENCES product_options(id)
){table};

-- Every product has at least one variant; what is bought, stocked and reserved is a variant.
CREATE TABLE variants (
  id {id},
  product_id BIGINT NOT NULL,
  title VARCHAR(150) NOT NULL,
  sku VARCHAR(60) NULL,
  price_difference BIGINT NOT NULL,
  position INT NOT NULL,
  active BOOLEAN NOT NULL,
  FOREIGN KEY (product_id) REFERENCES products(id)
){table};

CREATE TABLE variant_values (
  id {id},
  variant_id BIGINT NOT NULL,
  value_id BIGINT NOT NULL,
  UNIQUE (variant_id, value_id),
  FOREIGN KEY (variant_id) REFERENCES variants(id),
  FOREIGN KEY (value_id) REFERENCES product_option_values(id)
){table};

-- available + reserved + sold = initial + restocked, always.
CREATE TABLE stock (
  id {id},
  variant_id BIGINT NOT NULL UNIQUE,
  initial BIGINT NOT NULL CHECK (initial >= 0),
  restocked BIGINT NOT NULL DEFAULT 0,
  available BIGINT NOT NULL CHECK (available >= 0),
  reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  sold BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
  updated_at {time} NOT NULL,
  FOREIGN KEY (variant_id) REFERENCES variants(id)
){table};
