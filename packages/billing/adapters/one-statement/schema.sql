-- A journal and nothing else: what accounts hold and what months used is always summed up.

CREATE SCHEMA IF NOT EXISTS one_statement;

CREATE TABLE IF NOT EXISTS one_statement.events (
  tenant text, key text, tier text, model text, prompt_tokens bigint, completion_tokens bigint, at timestamptz,
  month date, is_estimated boolean, charge_micros bigint,
  PRIMARY KEY (tenant, key)
);
CREATE INDEX IF NOT EXISTS events_by_month ON one_statement.events (tenant, month, model, tier);

CREATE TABLE IF NOT EXISTS one_statement.refunds (
  tenant text, key text, event_key text, share_basis_points integer, amount_micros bigint,
  PRIMARY KEY (tenant, key)
);
CREATE INDEX IF NOT EXISTS refunds_by_event ON one_statement.refunds (tenant, event_key);

CREATE TABLE IF NOT EXISTS one_statement.accounts (tenant text, account text, PRIMARY KEY (tenant, account));
CREATE TABLE IF NOT EXISTS one_statement.floors (tenant text PRIMARY KEY, floor_micros bigint);

-- What comes to an account is positive. The other side of what does not go to an own account is the system's.
CREATE TABLE IF NOT EXISTS one_statement.entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text, account text, amount_micros bigint CHECK (amount_micros <> 0),
  system_account text CHECK (system_account IN ('funding', 'revenue'))
);
CREATE INDEX IF NOT EXISTS entries_by_account ON one_statement.entries (tenant, account);

CREATE TABLE IF NOT EXISTS one_statement.operations (
  tenant text, key text, request jsonb, balance_micros bigint, version bigint,
  PRIMARY KEY (tenant, key)
);

CREATE TABLE IF NOT EXISTS one_statement.budgets (tenant text PRIMARY KEY, limit_micros bigint);
CREATE TABLE IF NOT EXISTS one_statement.reservations (
  tenant text, key text, estimate_micros bigint, is_granted boolean, left_micros bigint, actual_micros bigint,
  PRIMARY KEY (tenant, key)
);
