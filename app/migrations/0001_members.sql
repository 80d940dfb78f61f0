-- Members, how they prove who they are, what they agreed to, and the live channel each of them has.

CREATE TABLE members (
  id {id},
  email VARCHAR(254) NULL UNIQUE,
  password_hash VARCHAR(255) NULL,
  nickname VARCHAR(40) NOT NULL UNIQUE,
  name VARCHAR(60) NOT NULL,
  phone VARCHAR(20) NULL,
  kind VARCHAR(16) NOT NULL, -- enum MemberKind: personal|company
  role VARCHAR(16) NOT NULL, -- enum Role: member|seller|admin
  status VARCHAR(16) NOT NULL, -- enum MemberStatus: active|suspended|left
  company_name VARCHAR(80) NULL,
  language VARCHAR(5) NOT NULL,
  email_verified_at {time} NULL,
  age_confirmed_at {time} NULL,
  totp_secret_encrypted VARCHAR(255) NULL,
  totp_enabled_at {time} NULL,
  totp_last_step BIGINT NOT NULL DEFAULT 0,
  suspended_reason VARCHAR(300) NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  left_at {time} NULL
){table};

CREATE TABLE recovery_codes (
  id {id},
  member_id BIGINT NOT NULL,
  code_hash CHAR(64) NOT NULL,
  used_at {time} NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE sessions (
  id {id},
  token_hash CHAR(64) NOT NULL UNIQUE,
  member_id BIGINT NOT NULL,
  stage VARCHAR(24) NOT NULL, -- enum SessionStage: awaiting_second_factor|complete
  user_agent VARCHAR(200) NOT NULL,
  ip VARCHAR(45) NOT NULL,
  created_at {time} NOT NULL,
  last_seen_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  reauthenticated_at {time} NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE member_tokens (
  id {id},
  member_id BIGINT NOT NULL,
  purpose VARCHAR(24) NOT NULL, -- enum TokenPurpose: verify_email|recover|change_email
  token_hash CHAR(64) NOT NULL UNIQUE,
  code_hash CHAR(64) NULL,
  email VARCHAR(254) NULL,
  attempts INT NOT NULL DEFAULT 0,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time} NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE identities (
  id {id},
  member_id BIGINT NOT NULL,
  provider VARCHAR(40) NOT NULL,
  issuer VARCHAR(255) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  email VARCHAR(254) NULL,
  created_at {time} NOT NULL,
  UNIQUE (issuer, subject),
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE oauth_states (
  id {id},
  state_hash CHAR(64) NOT NULL UNIQUE,
  provider VARCHAR(40) NOT NULL,
  nonce VARCHAR(64) NOT NULL,
  pkce_verifier_encrypted VARCHAR(255) NOT NULL,
  return_to VARCHAR(300) NOT NULL,
  member_id BIGINT NULL,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

-- A ledger: rows are only added. What holds is the newest row of a purpose.
CREATE TABLE consents (
  id {id},
  member_id BIGINT NOT NULL,
  purpose VARCHAR(24) NOT NULL, -- enum ConsentPurpose: terms|privacy|transfer_abroad|marketing_email|marketing_night
  version VARCHAR(20) NOT NULL,
  granted BOOLEAN NOT NULL,
  created_at {time} NOT NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};
CREATE INDEX consents_current ON consents (member_id, purpose, id);

CREATE TABLE legal_documents (
  id {id},
  kind VARCHAR(16) NOT NULL, -- enum LegalKind: terms|privacy|refunds|youth|intermediary
  version VARCHAR(20) NOT NULL,
  language VARCHAR(5) NOT NULL,
  title VARCHAR(120) NOT NULL,
  body TEXT NOT NULL,
  adverse BOOLEAN NOT NULL,
  announced_at {time} NOT NULL,
  effective_at {time} NOT NULL,
  UNIQUE (kind, version, language)
){table};

CREATE TABLE addresses (
  id {id},
  member_id BIGINT NOT NULL,
  label VARCHAR(40) NOT NULL,
  recipient VARCHAR(60) NOT NULL,
  phone VARCHAR(20) NOT NULL,
  postcode VARCHAR(10) NOT NULL,
  line1 VARCHAR(150) NOT NULL,
  line2 VARCHAR(150) NOT NULL,
  is_default BOOLEAN NOT NULL,
  created_at {time} NOT NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE seller_profiles (
  id {id},
  member_id BIGINT NOT NULL UNIQUE,
  display_name VARCHAR(60) NOT NULL,
  intro VARCHAR(500) NOT NULL,
  representative VARCHAR(60) NULL,
  business_number VARCHAR(20) NULL,
  mail_order_number VARCHAR(40) NULL,
  phone VARCHAR(20) NOT NULL,
  email VARCHAR(254) NOT NULL,
  address VARCHAR(300) NULL,
  bank_name VARCHAR(40) NULL,
  bank_account_encrypted VARCHAR(255) NULL,
  bank_holder VARCHAR(60) NULL,
  commission_basis_points INT NULL,
  verified_at {time} NULL,
  verified_how VARCHAR(80) NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE channels (
  id {id},
  member_id BIGINT NOT NULL UNIQUE,
  external_id VARCHAR(255) NOT NULL UNIQUE,
  ingest_endpoint VARCHAR(255) NOT NULL,
  playback_url VARCHAR(500) NOT NULL,
  stream_key_id VARCHAR(255) NOT NULL,
  stream_key_encrypted VARCHAR(500) NOT NULL,
  created_at {time} NOT NULL,
  rotated_at {time} NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};
