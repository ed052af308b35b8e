-- What tenants may spend. An amount is kept before a call is made, and spent when its cost is known.

CREATE TABLE budgets (
  tenant text PRIMARY KEY,
  -- Without bound when null.
  limit_micros bigint,
  spent_micros bigint NOT NULL DEFAULT 0,
  reserved_micros bigint NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0)
);

CREATE TABLE reservations (
  tenant text NOT NULL,
  key text NOT NULL,
  estimate_micros bigint NOT NULL CHECK (estimate_micros >= 0),
  is_granted boolean NOT NULL,
  left_micros bigint,
  actual_micros bigint CHECK (actual_micros >= 0),
  PRIMARY KEY (tenant, key)
);

-- The row of the budget is locked from the look to the change, and made first where there is none: first requests meet in it.
CREATE FUNCTION reserve_budget(for_tenant text, with_key text, estimate bigint, default_limit bigint)
RETURNS TABLE (is_granted boolean, left_micros bigint, estimate_micros bigint) LANGUAGE plpgsql AS $$
DECLARE
  budget budgets;
  granted boolean;
BEGIN
  INSERT INTO budgets (tenant, limit_micros) VALUES (for_tenant, default_limit) ON CONFLICT DO NOTHING;
  SELECT * INTO budget FROM budgets b WHERE b.tenant = for_tenant FOR UPDATE;
  IF EXISTS (SELECT FROM reservations r WHERE r.tenant = for_tenant AND r.key = with_key) THEN
    RETURN QUERY SELECT r.is_granted, r.left_micros, r.estimate_micros
      FROM reservations r WHERE r.tenant = for_tenant AND r.key = with_key;
    RETURN;
  END IF;
  granted := budget.limit_micros IS NULL
    OR budget.spent_micros + budget.reserved_micros + estimate <= budget.limit_micros;
  IF granted THEN
    UPDATE budgets b SET reserved_micros = b.reserved_micros + estimate WHERE b.tenant = for_tenant;
  END IF;
  RETURN QUERY INSERT INTO reservations AS r (tenant, key, estimate_micros, is_granted, left_micros)
    VALUES (for_tenant, with_key, estimate, granted, budget.limit_micros - budget.spent_micros - budget.reserved_micros
      - CASE WHEN granted THEN estimate ELSE 0 END)
    RETURNING r.is_granted, r.left_micros, r.estimate_micros;
END
$$;

-- Gives back false when there is no such reservation. What was not granted, and spent all the same, is spent.
CREATE FUNCTION settle_budget(for_tenant text, with_key text, actual bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  reservation reservations;
BEGIN
  -- In the order of reserve_budget.
  PERFORM 1 FROM budgets b WHERE b.tenant = for_tenant FOR UPDATE;
  SELECT * INTO reservation FROM reservations r WHERE r.tenant = for_tenant AND r.key = with_key;
  IF NOT FOUND THEN RETURN false; END IF;
  IF reservation.actual_micros IS NOT NULL THEN RETURN true; END IF;
  UPDATE reservations r SET actual_micros = actual WHERE r.tenant = for_tenant AND r.key = with_key;
  UPDATE budgets b SET spent_micros = b.spent_micros + actual,
    reserved_micros = b.reserved_micros - CASE WHEN reservation.is_granted THEN reservation.estimate_micros ELSE 0 END
  WHERE b.tenant = for_tenant;
  RETURN true;
END
$$;
