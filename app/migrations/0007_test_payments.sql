-- What the test provider "remembers", as a real one would on its own servers.

CREATE TABLE test_payments (
  id {id},
  provider_ref VARCHAR(80) NOT NULL UNIQUE,
  reference VARCHAR(64) NOT NULL UNIQUE,
  method VARCHAR(24) NOT NULL, -- enum PaymentMethod
  amount BIGINT NOT NULL CHECK (amount >= 0),
  cancelled_amount BIGINT NOT NULL CHECK (cancelled_amount >= 0),
  status VARCHAR(24) NOT NULL, -- enum PaymentStatus
  outcome VARCHAR(24) NULL, -- enum TestOutcome: succeed|decline|slow|twice
  success_url VARCHAR(500) NOT NULL,
  fail_url VARCHAR(500) NOT NULL,
  created_at {time} NOT NULL
){table};

-- An idempotency key that comes again gets the same answer and changes nothing.
CREATE TABLE test_payment_cancels (
  id {id},
  provider_ref VARCHAR(80) NOT NULL,
  idempotency_key VARCHAR(64) NOT NULL,
  amount BIGINT NOT NULL,
  UNIQUE (provider_ref, idempotency_key)
){table};
