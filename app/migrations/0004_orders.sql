-- From the cart to the settlement. Amounts are whole won; retention follows the Korean e-commerce act.

CREATE TABLE carts (
  id {id},
  member_id BIGINT NOT NULL UNIQUE,
  updated_at {time} NOT NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

CREATE TABLE cart_items (
  id {id},
  cart_id BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  broadcast_id BIGINT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  added_at {time} NOT NULL,
  UNIQUE (cart_id, variant_id),
  FOREIGN KEY (cart_id) REFERENCES carts(id),
  FOREIGN KEY (variant_id) REFERENCES variants(id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id)
){table};

-- Without a seller: the operator pays for it.
CREATE TABLE coupons (
  id {id},
  seller_id BIGINT NULL,
  broadcast_id BIGINT NULL,
  code VARCHAR(40) NOT NULL UNIQUE,
  title VARCHAR(80) NOT NULL,
  kind VARCHAR(16) NOT NULL, -- enum CouponKind: amount|percent
  value BIGINT NOT NULL CHECK (value > 0),
  minimum_total BIGINT NOT NULL CHECK (minimum_total >= 0),
  maximum_discount BIGINT NULL,
  quantity BIGINT NULL,
  claimed BIGINT NOT NULL DEFAULT 0,
  starts_at {time} NOT NULL,
  ends_at {time} NOT NULL,
  active BOOLEAN NOT NULL,
  created_at {time} NOT NULL,
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id)
){table};

-- One press of "pay": one payment, one order for each seller in it.
CREATE TABLE checkouts (
  id {id},
  buyer_id BIGINT NOT NULL,
  idempotency_key VARCHAR(64) NOT NULL,
  total BIGINT NOT NULL CHECK (total >= 0),
  status VARCHAR(16) NOT NULL, -- enum CheckoutStatus: open|paying|awaiting_deposit|paid|expired|cancelled
  expires_at {time} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  UNIQUE (buyer_id, idempotency_key),
  FOREIGN KEY (buyer_id) REFERENCES members(id)
){table};
CREATE INDEX checkouts_expiry ON checkouts (status, expires_at);

CREATE TABLE coupon_claims (
  id {id},
  coupon_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  checkout_id BIGINT NULL,
  claimed_at {time} NOT NULL,
  used_at {time} NULL,
  UNIQUE (coupon_id, member_id),
  FOREIGN KEY (coupon_id) REFERENCES coupons(id),
  FOREIGN KEY (member_id) REFERENCES members(id),
  FOREIGN KEY (checkout_id) REFERENCES checkouts(id)
){table};

CREATE TABLE orders (
  id {id},
  number VARCHAR(24) NOT NULL UNIQUE,
  checkout_id BIGINT NOT NULL,
  buyer_id BIGINT NOT NULL,
  seller_id BIGINT NOT NULL,
  coupon_claim_id BIGINT NULL,
  status VARCHAR(24) NOT NULL, -- enum OrderStatus: awaiting_payment|awaiting_deposit|paid|preparing|shipped|delivered|confirmed|cancelled|expired|partially_refunded|refunded
  trade_mode VARCHAR(16) NOT NULL, -- enum TradeMode
  items_total BIGINT NOT NULL CHECK (items_total >= 0),
  shipping_fee BIGINT NOT NULL CHECK (shipping_fee >= 0),
  discount BIGINT NOT NULL CHECK (discount >= 0),
  total BIGINT NOT NULL CHECK (total >= 0),
  refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  commission_basis_points INT NOT NULL,
  escrow BOOLEAN NOT NULL,
  recipient VARCHAR(60) NOT NULL,
  phone VARCHAR(20) NOT NULL,
  postcode VARCHAR(10) NOT NULL,
  address1 VARCHAR(150) NOT NULL,
  address2 VARCHAR(150) NOT NULL,
  memo VARCHAR(200) NOT NULL,
  cancel_reason VARCHAR(300) NULL,
  placed_at {time} NOT NULL,
  paid_at {time} NULL,
  ship_by {time} NULL,
  shipped_at {time} NULL,
  delivered_at {time} NULL,
  withdrawal_deadline {time} NULL,
  confirmed_at {time} NULL,
  cancelled_at {time} NULL,
  updated_at {time} NOT NULL,
  retention VARCHAR(16) NOT NULL, -- enum Retention: advertising|contract|payment|dispute|access
  delete_after {time} NOT NULL,
  UNIQUE (checkout_id, seller_id, trade_mode),
  FOREIGN KEY (checkout_id) REFERENCES checkouts(id),
  FOREIGN KEY (buyer_id) REFERENCES members(id),
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (coupon_claim_id) REFERENCES coupon_claims(id)
){table};

CREATE TABLE order_items (
  id {id},
  order_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  broadcast_id BIGINT NULL,
  title VARCHAR(120) NOT NULL,
  option_label VARCHAR(150) NOT NULL,
  unit_price BIGINT NOT NULL CHECK (unit_price >= 0),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  discount BIGINT NOT NULL CHECK (discount >= 0),
  total BIGINT NOT NULL CHECK (total >= 0),
  refunded_quantity BIGINT NOT NULL DEFAULT 0,
  withdrawal_excluded BOOLEAN NOT NULL,
  withdrawal_consented_at {time} NULL,
  FOREIGN KEY (order_id) REFERENCES orders(id),
  FOREIGN KEY (product_id) REFERENCES products(id),
  FOREIGN KEY (variant_id) REFERENCES variants(id),
  FOREIGN KEY (broadcast_id) REFERENCES broadcasts(id)
){table};

CREATE TABLE reservations (
  id {id},
  member_id BIGINT NOT NULL,
  checkout_id BIGINT NULL,
  variant_id BIGINT NOT NULL,
  idempotency_key VARCHAR(64) NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  status VARCHAR(16) NOT NULL, -- enum ReservationStatus: held|used|released|expired
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  UNIQUE (member_id, idempotency_key, variant_id),
  FOREIGN KEY (member_id) REFERENCES members(id),
  FOREIGN KEY (checkout_id) REFERENCES checkouts(id),
  FOREIGN KEY (variant_id) REFERENCES variants(id)
){table};
CREATE INDEX reservations_expiry ON reservations (status, expires_at);

CREATE TABLE order_events (
  id {id},
  order_id BIGINT NOT NULL,
  from_status VARCHAR(24) NULL,
  to_status VARCHAR(24) NOT NULL,
  actor_id BIGINT NULL,
  reason VARCHAR(300) NOT NULL,
  created_at {time} NOT NULL,
  FOREIGN KEY (order_id) REFERENCES orders(id),
  FOREIGN KEY (actor_id) REFERENCES members(id)
){table};

CREATE TABLE payments (
  id {id},
  checkout_id BIGINT NOT NULL,
  provider VARCHAR(24) NOT NULL,
  provider_ref VARCHAR(200) NULL,
  method VARCHAR(24) NOT NULL, -- enum PaymentMethod: card|virtual_account|transfer|easy_pay
  amount BIGINT NOT NULL CHECK (amount >= 0),
  cancelled_amount BIGINT NOT NULL DEFAULT 0 CHECK (cancelled_amount >= 0),
  status VARCHAR(24) NOT NULL, -- enum PaymentStatus: created|action_required|awaiting_deposit|pending|paid|partially_cancelled|cancel_pending|cancelled|failed|expired|disputed
  idempotency_key VARCHAR(64) NOT NULL UNIQUE,
  deposit_bank VARCHAR(40) NULL,
  deposit_account VARCHAR(60) NULL,
  deposit_due {time} NULL,
  failure_code VARCHAR(60) NULL,
  failure_message VARCHAR(300) NULL,
  created_at {time} NOT NULL,
  paid_at {time} NULL,
  updated_at {time} NOT NULL,
  retention VARCHAR(16) NOT NULL, -- enum Retention
  delete_after {time} NOT NULL,
  UNIQUE (provider, provider_ref),
  FOREIGN KEY (checkout_id) REFERENCES checkouts(id)
){table};

-- Webhooks as they came; the provider's event id makes a second delivery harmless.
CREATE TABLE payment_events (
  id {id},
  provider VARCHAR(24) NOT NULL,
  event_id VARCHAR(200) NOT NULL,
  payment_id BIGINT NULL,
  kind VARCHAR(60) NOT NULL,
  payload TEXT NOT NULL,
  received_at {time} NOT NULL,
  processed_at {time} NULL,
  error VARCHAR(300) NULL,
  UNIQUE (provider, event_id),
  FOREIGN KEY (payment_id) REFERENCES payments(id)
){table};

CREATE TABLE refunds (
  id {id},
  payment_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL, -- enum RefundKind: cancel|withdrawal|defect
  status VARCHAR(16) NOT NULL, -- enum RefundStatus: requested|approved|pending|done|rejected|failed
  amount BIGINT NOT NULL CHECK (amount >= 0),
  reason VARCHAR(500) NOT NULL,
  restock BOOLEAN NOT NULL,
  idempotency_key VARCHAR(64) NOT NULL UNIQUE,
  requested_by BIGINT NOT NULL,
  requested_at {time} NOT NULL,
  decided_by BIGINT NULL,
  decided_at {time} NULL,
  returned_at {time} NULL,
  due_at {time} NULL,
  done_at {time} NULL,
  failure_message VARCHAR(300) NULL,
  FOREIGN KEY (payment_id) REFERENCES payments(id),
  FOREIGN KEY (order_id) REFERENCES orders(id),
  FOREIGN KEY (requested_by) REFERENCES members(id),
  FOREIGN KEY (decided_by) REFERENCES members(id)
){table};

CREATE TABLE refund_items (
  id {id},
  refund_id BIGINT NOT NULL,
  order_item_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  FOREIGN KEY (refund_id) REFERENCES refunds(id),
  FOREIGN KEY (order_item_id) REFERENCES order_items(id)
){table};

CREATE TABLE shipments (
  id {id},
  order_id BIGINT NOT NULL,
  carrier VARCHAR(40) NOT NULL,
  tracking_number VARCHAR(60) NOT NULL,
  status VARCHAR(16) NOT NULL, -- enum ShipmentStatus: shipped|delivered|returned
  shipped_at {time} NOT NULL,
  delivered_at {time} NULL,
  FOREIGN KEY (order_id) REFERENCES orders(id)
){table};

CREATE TABLE ledger_accounts (
  id {id},
  code VARCHAR(60) NOT NULL UNIQUE,
  kind VARCHAR(16) NOT NULL, -- enum AccountKind: asset|liability|income|expense
  member_id BIGINT NULL,
  FOREIGN KEY (member_id) REFERENCES members(id)
){table};

-- The reference names what was booked ("order-paid:42"), so that nothing is booked twice.
CREATE TABLE ledger_transactions (
  id {id},
  reference VARCHAR(80) NOT NULL UNIQUE,
  order_id BIGINT NULL,
  created_at {time} NOT NULL,
  FOREIGN KEY (order_id) REFERENCES orders(id)
){table};

CREATE TABLE ledger_entries (
  id {id},
  transaction_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  debit BIGINT NOT NULL CHECK (debit >= 0),
  credit BIGINT NOT NULL CHECK (credit >= 0),
  FOREIGN KEY (transaction_id) REFERENCES ledger_transactions(id),
  FOREIGN KEY (account_id) REFERENCES ledger_accounts(id)
){table};

CREATE TABLE settlements (
  id {id},
  seller_id BIGINT NOT NULL,
  period_start DATE NOT NULL,
  period_end DATE NOT NULL,
  sales BIGINT NOT NULL,
  refunds BIGINT NOT NULL,
  commission BIGINT NOT NULL,
  payout BIGINT NOT NULL,
  status VARCHAR(16) NOT NULL, -- enum SettlementStatus: closed|paid
  transaction_id BIGINT NULL,
  created_at {time} NOT NULL,
  paid_at {time} NULL,
  UNIQUE (seller_id, period_start, period_end),
  FOREIGN KEY (seller_id) REFERENCES members(id),
  FOREIGN KEY (transaction_id) REFERENCES ledger_transactions(id)
){table};
