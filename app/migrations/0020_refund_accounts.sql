-- Where a deposit is given back to: bank, number and holder, encrypted.
ALTER TABLE refunds ADD COLUMN account_encrypted VARCHAR(600) NULL;
