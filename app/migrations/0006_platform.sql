-- What the application itself needs: audit trail, retained records, rate limits, jobs, local mailbox, bus.

-- No foreign key: an entry outlives what it tells of.
CREATE TABLE audit_log (
  id {id},
  actor_id BIGINT NULL,
  action VARCHAR(60) NOT NULL,
  subject_kind VARCHAR(40) NOT NULL,
  subject_id BIGINT NULL,
  details TEXT NOT NULL,
  ip VARCHAR(45) NOT NULL,
  request_id VARCHAR(64) NOT NULL,
  created_at {time} NOT NULL,
  delete_after {time} NOT NULL
){table};
CREATE INDEX audit_log_by_time ON audit_log (created_at);

-- What the law has us keep once a member has left, apart from everything else.
CREATE TABLE retained_records (
  id {id},
  retention VARCHAR(16) NOT NULL, -- enum Retention
  subject_kind VARCHAR(40) NOT NULL,
  subject_id BIGINT NOT NULL,
  payload TEXT NOT NULL,
  created_at {time} NOT NULL,
  delete_after {time} NOT NULL
){table};

CREATE TABLE rate_limits (
  id {id},
  bucket VARCHAR(160) NOT NULL UNIQUE,
  hits BIGINT NOT NULL,
  resets_at {time} NOT NULL
){table};

CREATE TABLE jobs (
  id {id},
  kind VARCHAR(60) NOT NULL,
  payload TEXT NOT NULL,
  unique_key VARCHAR(120) NULL UNIQUE,
  status VARCHAR(16) NOT NULL, -- enum JobStatus: queued|running|done|failed
  attempts INT NOT NULL DEFAULT 0,
  run_at {time} NOT NULL,
  locked_until {time} NULL,
  last_error VARCHAR(500) NULL,
  created_at {time} NOT NULL,
  finished_at {time} NULL
){table};
CREATE INDEX jobs_due ON jobs (status, run_at);

CREATE TABLE mails (
  id {id},
  recipient VARCHAR(254) NOT NULL,
  subject VARCHAR(200) NOT NULL,
  body TEXT NOT NULL,
  sent_at {time} NOT NULL
){table};

CREATE TABLE bus_messages (
  id {id},
  topic VARCHAR(120) NOT NULL,
  payload TEXT NOT NULL,
  created_at {time} NOT NULL
){table};
