-- The places where pages show advertising. Prices and whether they are for sale are changed by admins.

INSERT INTO ad_slots (code, title, price_per_day, active) VALUES ('home-top', '메인 상단', 50000, TRUE);
INSERT INTO ad_slots (code, title, price_per_day, active) VALUES ('home-middle', '메인 중간', 30000, TRUE);
