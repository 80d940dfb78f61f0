-- Trailers, broadcasts with their timeline, and chat.

CREATE TABLE trailers (
  id {id},
  seller_id BIGINT NOT NULL,
  product_id BIGINT NULL,
  category_id BIGINT NULL,
  title VARCHAR(120) NOT NULL,
  description TEXT NOT NULL,
  price BIGINT NULL CHECK (price >= 0),
  starts_at {time} NOT NULL,
  video_media_id BIGINT NULL,
  image_media_id BIGINT NULL,
  status VARCHAR(16) NOT NULL, -- enum TrailerStatus: announced|started|cancelled
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (product_id) REFERENCES products(id),
  FOREIGN KEY (category_id) REFERENCES categories(id),
  FOREIGN KEY (video_media_id) REFERENCES media(id),
  FOREIGN KEY (image_media_id) REFERENCES media(id)
){table};
CREATE INDEX trailers_upcoming ON trailers (status, starts_at);

CREATE TABLE trailer_comments (
  id {id},
  trailer_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  body VARCHAR(1000) NOT NULL,
  created_at {time} NOT NULL,
  edited_at {time} NULL,
  deleted_at {time} NULL,
  FOREIGN KEY (trailer_id) REFERENCES trailers(id),
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE trailer_reminders (
  id {id},
  trailer_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  created_at {time} NOT NULL,
  notified_at {time} NULL,
  UNIQUE (trailer_id, member_id),
  FOREIGN KEY (trailer_id) REFERENCES trailers(id),
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE broadcasts (
  id {id},
  seller_id BIGINT NOT NULL,
  channel_id BIGINT NOT NULL,
  trailer_id BIGINT NULL,
  category_id BIGINT NULL,
  title VARCHAR(120) NOT NULL,
  description TEXT NOT NULL,
  image_media_id BIGINT NULL,
  status VARCHAR(16) NOT NULL, -- enum BroadcastStatus: preparing|live|ended|cancelled
  rehearsal BOOLEAN NOT NULL,
  stream_id VARCHAR(120) NULL,
  pinned_product_id BIGINT NULL,
  slow_mode_seconds INT NOT NULL DEFAULT 0,
  viewers BIGINT NOT NULL DEFAULT 0,
  peak_viewers BIGINT NOT NULL DEFAULT 0,
  hearts BIGINT NOT NULL DEFAULT 0,
  recording_status VARCHAR(16) NOT NULL, -- enum RecordingStatus: none|recording|ready|failed
  recording_url VARCHAR(500) NULL,
  recording_started_at {time} NULL,
  recording_duration_ms BIGINT NULL,
  started_at {time} NULL,
  ended_at {time} NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (channel_id) REFERENCES channels(id),
  FOREIGN KEY (trailer_id) REFERENCES trailers(id),
  FOREIGN KEY (category_id) REFERENCES categories(id),
  FOREIGN KEY (image_media_id) REFERENCES media(id),
  FOREIGN KEY (pinned_product_id) REFERENCES products(id)
){table};
CREATE INDEX broadcasts_by_status ON broadcasts (status, started_at);

-- A live price holds while the broadcast is live and, where given, between its own times.
CREATE TABLE broadcast_products (
  id {id},
  broadcast_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  position INT NOT NULL,
  live_price BIGINT NULL CHECK (live_price >= 0),
  live_price_from {time} NULL,
  live_price_until {time} NULL,
  UNIQUE (broadcast_id, product_id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id),
  FOREIGN KEY (product_id) REFERENCES products(id)
){table};

-- What the replay's timeline is drawn from. No product: the pin was taken away.
CREATE TABLE pin_events (
  id {id},
  broadcast_id BIGINT NOT NULL,
  product_id BIGINT NULL,
  offset_ms BIGINT NOT NULL,
  created_at {time} NOT NULL,
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id),
  FOREIGN KEY (product_id) REFERENCES products(id)
){table};

CREATE TABLE viewer_samples (
  id {id},
  broadcast_id BIGINT NOT NULL,
  viewers BIGINT NOT NULL,
  sampled_at {time} NOT NULL,
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id)
){table};

-- Stream and recording events from outside: late, out of order, or twice.
CREATE TABLE stream_events (
  id {id},
  event_id VARCHAR(120) NOT NULL UNIQUE,
  channel_external_id VARCHAR(255) NOT NULL,
  kind VARCHAR(60) NOT NULL,
  payload TEXT NOT NULL,
  happened_at {time} NOT NULL,
  received_at {time} NOT NULL
){table};

CREATE TABLE chat_messages (
  id {id},
  broadcast_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  client_id VARCHAR(40) NOT NULL,
  nickname VARCHAR(40) NOT NULL,
  kind VARCHAR(16) NOT NULL, -- enum MessageKind: message|notice
  body VARCHAR(500) NOT NULL,
  offset_ms BIGINT NOT NULL,
  created_at {time} NOT NULL,
  deleted_at {time} NULL,
  deleted_by BIGINT NULL,
  delete_after {time} NULL,
  UNIQUE (member_id, client_id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id),
  FOREIGN KEY (member_id) REFERENCES members(id),
  FOREIGN KEY (deleted_by) REFERENCES members(id)
){table};
CREATE INDEX chat_messages_replay ON chat_messages (broadcast_id, id);
CREATE INDEX chat_messages_of_member ON chat_messages (member_id, broadcast_id, id);

-- Whoever writes into a broadcast's chat locks its row first: numbers appear in their order, without gaps.
CREATE TABLE chat_rooms (
  id {id},
  broadcast_id BIGINT NOT NULL UNIQUE,
  last_seq BIGINT NOT NULL DEFAULT 0,
  polled_at {time} NULL,
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id)
){table};

-- All that viewers have to be told, numbered for each broadcast; texts stay in chat_messages.
CREATE TABLE chat_events (
  id {id},
  broadcast_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL, -- enum ChatEventKind: message|deleted|slow|pinned|started|ended
  message_id BIGINT NULL,
  value BIGINT NULL,
  created_at {time} NOT NULL,
  UNIQUE (broadcast_id, seq),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id),
  FOREIGN KEY (message_id) REFERENCES chat_messages(id)
){table};

-- Without a broadcast: holds in all of the seller's broadcasts. Without an end: until lifted.
CREATE TABLE chat_bans (
  id {id},
  seller_id BIGINT NOT NULL,
  broadcast_id BIGINT NULL,
  member_id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL, -- enum ChatBanKind: mute|ban
  reason VARCHAR(200) NOT NULL,
  created_by BIGINT NOT NULL,
  created_at {time} NOT NULL,
  ends_at {time} NULL,
  lifted_at {time} NULL,
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id),
  FOREIGN KEY (member_id) REFERENCES members(id),
  FOREIGN KEY (created_by) REFERENCES members(id)
){table};
CREATE INDEX chat_bans_of_member ON chat_bans (member_id, seller_id);

-- Without a seller: holds everywhere.
CREATE TABLE banned_words (
  id {id},
  seller_id BIGINT NULL,
  word VARCHAR(60) NOT NULL,
  created_at {time} NOT NULL,
  UNIQUE (seller_id, word),
  FOREIGN KEY (seller_id) REFERENCES members(id)
){table};

CREATE TABLE reports (
  id {id},
  reporter_id BIGINT NOT NULL,
  subject_kind VARCHAR(16) NOT NULL, -- enum ReportSubject: message|comment|review|member|product|broadcast|trailer
  subject_id BIGINT NOT NULL,
  reason VARCHAR(24) NOT NULL, -- enum ReportReason: abuse|fraud|illegal|spam|other
  details VARCHAR(1000) NOT NULL,
  status VARCHAR(16) NOT NULL, -- enum ReportStatus: open|upheld|dismissed
  handled_by BIGINT NULL,
  handled_at {time} NULL,
  created_at {time} NOT NULL,
  delete_after {time} NULL,
  UNIQUE (reporter_id, subject_kind, subject_id),
  FOREIGN KEY (reporter_id) REFERENCES members(id),
  FOREIGN KEY (handled_by) REFERENCES members(id)
){table};
