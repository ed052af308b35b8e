-- Records a batch of events: claims their keys, counts them against the included tokens, charges, posts, and hands them to
-- the outbox, in the transaction of the caller. Keys are unique within the batch. What is there already, with the same
-- content, is answered with its first charge; with other content it raises BL001, and the ordinal of the event as the detail.
CREATE FUNCTION record_usage(batch json)
RETURNS TABLE (ordinal integer, is_new boolean, charge_micros bigint) LANGUAGE plpgsql
-- Its plans are kept, and made when the tables were small: they must look into indexes all the same.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  events usage_input[];
  fresh usage_input[];
  clash record;
BEGIN
  -- In one order for all batches, so that two that share rows wait and do not deadlock.
  SELECT array_agg(e ORDER BY e.tenant, e.key) INTO events FROM json_populate_recordset(NULL::usage_input, batch) e;

  INSERT INTO usage_counters (tenant, month, model, tier)
    SELECT DISTINCT e.tenant, month_of(e.at), e.model, e.tier FROM unnest(events) e ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING;
  PERFORM 1 FROM usage_counters c
    WHERE (c.tenant, c.month, c.model, c.tier) IN (SELECT e.tenant, month_of(e.at), e.model, e.tier FROM unnest(events) e)
    ORDER BY c.tenant, c.month, c.model, c.tier FOR UPDATE;

  -- From here on another batch with the same event has committed, or waits for the counters.
  SELECT e.ordinal, e.tenant, e.key INTO clash FROM unnest(events) e JOIN usage_events u USING (tenant, key)
    WHERE (u.tier, u.model, u.prompt_tokens, u.completion_tokens, u.at, u.is_estimated)
      IS DISTINCT FROM (e.tier, e.model, e.prompt_tokens, e.completion_tokens, e.at, e.is_estimated)
    ORDER BY e.ordinal LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the key % of tenant % was recorded with other content', clash.key, clash.tenant
      USING ERRCODE = 'BL001', DETAIL = clash.ordinal::text;
  END IF;
  SELECT array_agg(e ORDER BY e.tenant, e.key) INTO fresh FROM unnest(events) e
    WHERE NOT EXISTS (SELECT FROM usage_events u WHERE u.tenant = e.tenant AND u.key = e.key);

  IF fresh IS NOT NULL THEN
    WITH placed AS (
      SELECT f.*, month_of(f.at) AS month,
        c.prompt_tokens + sum(f.prompt_tokens) OVER w AS prompt_after,
        c.completion_tokens + sum(f.completion_tokens) OVER w AS completion_after
      FROM unnest(fresh) f
      JOIN usage_counters c ON (c.tenant, c.month, c.model, c.tier) = (f.tenant, month_of(f.at), f.model, f.tier)
      WINDOW w AS (PARTITION BY f.tenant, c.month, f.model, f.tier ORDER BY f.ordinal)
    ), charged AS MATERIALIZED (
      SELECT p.*, (
          (greatest(p.prompt_after - p.included_prompt, 0)
            - greatest(p.prompt_after - p.prompt_tokens - p.included_prompt, 0)) * p.prompt_minor
          + (greatest(p.completion_after - p.included_completion, 0)
            - greatest(p.completion_after - p.completion_tokens - p.included_completion, 0)) * p.completion_minor
        )::bigint AS charge
      FROM placed p
    ), recorded AS (
      INSERT INTO usage_events
        (tenant, key, tier, model, prompt_tokens, completion_tokens, at, is_estimated, charge_micros)
      SELECT p.tenant, p.key, p.tier, p.model, p.prompt_tokens, p.completion_tokens, p.at, p.is_estimated, p.charge
      FROM charged p
    ), counted AS (
      UPDATE usage_counters c
      SET prompt_tokens = c.prompt_tokens + s.prompt_tokens, completion_tokens = c.completion_tokens + s.completion_tokens
      FROM (
        SELECT p.tenant, p.month, p.model, p.tier,
          sum(p.prompt_tokens) AS prompt_tokens, sum(p.completion_tokens) AS completion_tokens
        FROM charged p GROUP BY 1, 2, 3, 4
      ) s
      WHERE (c.tenant, c.month, c.model, c.tier) = (s.tenant, s.month, s.model, s.tier)
    ), owed AS (
      INSERT INTO accounts AS a (kind, tenant, account, balance_micros, version)
      SELECT 'system', p.tenant, side.account, sum(p.charge * side.sign)::bigint, 1
      FROM charged p CROSS JOIN (VALUES ('revenue', 1), ('usage', -1)) side (account, sign)
      WHERE p.charge > 0 GROUP BY 2, 3 ORDER BY 2, 3
      ON CONFLICT (kind, tenant, account)
        DO UPDATE SET balance_micros = a.balance_micros + excluded.balance_micros, version = a.version + 1
      RETURNING a.id, a.tenant, a.account
    ), posted AS (
      INSERT INTO ledger_transfers (reason, tenant, key, from_account, to_account, amount_micros)
      SELECT 'usage', p.tenant, p.key, u.id, r.id, p.charge
      FROM charged p
      JOIN owed u ON u.tenant = p.tenant AND u.account = 'usage'
      JOIN owed r ON r.tenant = p.tenant AND r.account = 'revenue'
      WHERE p.charge > 0
    )
    INSERT INTO outbox (events, lines)
      SELECT count(*), json_agg(json_build_object(
        'tenant', p.tenant, 'day', (p.at AT TIME ZONE 'UTC')::date, 'model', p.model, 'key', p.key, 'tier', p.tier,
        'prompt_tokens', p.prompt_tokens, 'completion_tokens', p.completion_tokens,
        'is_estimated', p.is_estimated::int, 'charge_micros', p.charge::text))
      FROM charged p;
  END IF;

  RETURN QUERY
    SELECT e.ordinal, EXISTS (SELECT FROM unnest(fresh) f WHERE f.ordinal = e.ordinal), u.charge_micros
    FROM unnest(events) e JOIN usage_events u ON u.tenant = e.tenant AND u.key = e.key;
END
$$;
