-- Double entry: each row takes an amount from one account and gives it to another, so that nothing can be out of balance.

CREATE TABLE tenants (
  tenant text PRIMARY KEY,
  floor_micros bigint NOT NULL DEFAULT 0,
  -- Of all own accounts of the tenant together: two debits of two accounts meet here.
  version bigint NOT NULL DEFAULT 0
);

CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('own', 'system')),
  tenant text NOT NULL,
  account text NOT NULL,
  balance_micros bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (kind, tenant, account)
);

CREATE TABLE ledger_transfers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reason text NOT NULL CHECK (reason IN ('usage', 'refund', 'deposit', 'transfer', 'operation')),
  tenant text NOT NULL,
  -- Of the event, the refund, the transfer or the operation.
  key text NOT NULL,
  from_account bigint NOT NULL REFERENCES accounts,
  to_account bigint NOT NULL REFERENCES accounts,
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  posted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (from_account <> to_account)
);
CREATE INDEX ledger_transfers_from ON ledger_transfers (from_account);
CREATE INDEX ledger_transfers_to ON ledger_transfers (to_account);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := clock_timestamp();
  RETURN NEW;
END
$$;
CREATE TRIGGER accounts_changed BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION note_change();
