-- The tables of the account race in the high-load report: what was done to accounts, how long it took, and where two met.

CREATE TABLE account_operations (
  tenant text NOT NULL,
  key text NOT NULL,
  -- What was asked for: the key with anything else is refused.
  request json NOT NULL,
  account bigint NOT NULL REFERENCES accounts,
  balance_micros bigint NOT NULL,
  version bigint NOT NULL,
  done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, key)
);

CREATE TABLE operation_metrics (
  tenant text NOT NULL,
  key text NOT NULL,
  attempts integer NOT NULL CHECK (attempts > 0),
  took_ms double precision NOT NULL CHECK (took_ms >= 0),
  PRIMARY KEY (tenant, key),
  FOREIGN KEY (tenant, key) REFERENCES account_operations (tenant, key)
);

CREATE TABLE race_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text NOT NULL,
  key text NOT NULL,
  attempt integer NOT NULL,
  expected_version bigint NOT NULL,
  met_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX race_events_by_operation ON race_events (tenant, key);

-- Conflicts of a tenant, and how many of those operations were done in the end.
CREATE FUNCTION race_summary(of_tenant text)
RETURNS TABLE (conflicts bigint, operations bigint, resolved bigint) LANGUAGE sql STABLE AS $$
  SELECT count(*), count(DISTINCT r.key), count(DISTINCT o.key)
  FROM race_events r LEFT JOIN account_operations o USING (tenant, key)
  WHERE r.tenant = of_tenant
$$;

-- What is only of interest for a while.
CREATE FUNCTION forget_races(older_than interval) RETURNS bigint LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM race_events WHERE met_at < clock_timestamp() - older_than RETURNING 1)
  SELECT count(*) FROM gone
$$;
