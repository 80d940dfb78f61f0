-- What a week's approved adverts cost the seller.
ALTER TABLE settlements ADD COLUMN advertising BIGINT NOT NULL DEFAULT 0;
