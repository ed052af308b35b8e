-- What was used, what it costs, and how it gets to the analytics store.

CREATE TABLE prices (
  model text NOT NULL,
  tier text NOT NULL,
  -- Minor units for a million tokens, which is micros for one.
  prompt_minor bigint NOT NULL CHECK (prompt_minor >= 0),
  completion_minor bigint NOT NULL CHECK (completion_minor >= 0),
  included_prompt bigint NOT NULL CHECK (included_prompt >= 0),
  included_completion bigint NOT NULL CHECK (included_completion >= 0),
  PRIMARY KEY (model, tier)
);

-- The primary key is the claim: what makes an event counted once is the row that counts it.
CREATE TABLE usage_events (
  tenant text NOT NULL,
  key text NOT NULL,
  tier text NOT NULL,
  model text NOT NULL,
  prompt_tokens bigint NOT NULL CHECK (prompt_tokens >= 0),
  completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
  at timestamptz NOT NULL,
  is_estimated boolean NOT NULL,
  charge_micros bigint NOT NULL CHECK (charge_micros >= 0),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, key)
);
CREATE INDEX usage_events_by_time ON usage_events (tenant, at);

-- Tokens of a calendar month (UTC), against which the included ones are counted. Prompt and completion tokens apart, so that
-- the charges of a month sum to the same in whatever order its events come.
CREATE TABLE usage_counters (
  tenant text NOT NULL,
  month date NOT NULL,
  model text NOT NULL,
  tier text NOT NULL,
  prompt_tokens bigint NOT NULL DEFAULT 0,
  completion_tokens bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, month, model, tier)
);

CREATE TABLE refunds (
  tenant text NOT NULL,
  key text NOT NULL,
  event_key text NOT NULL,
  share_basis_points integer NOT NULL CHECK (share_basis_points BETWEEN 1 AND 10000),
  amount_micros bigint NOT NULL CHECK (amount_micros >= 0),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, key),
  FOREIGN KEY (tenant, event_key) REFERENCES usage_events (tenant, key)
);
CREATE INDEX refunds_by_event ON refunds (tenant, event_key);

-- Written in the transaction of the events; a row goes when the analytics store has its lines.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  events integer NOT NULL CHECK (events > 0),
  lines json NOT NULL
);

CREATE TYPE usage_input AS (
  ordinal integer,
  tenant text,
  key text,
  tier text,
  model text,
  prompt_tokens bigint,
  completion_tokens bigint,
  at timestamptz,
  is_estimated boolean,
  prompt_minor bigint,
  completion_minor bigint,
  included_prompt bigint,
  included_completion bigint
);

CREATE FUNCTION month_of(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date
$$;
