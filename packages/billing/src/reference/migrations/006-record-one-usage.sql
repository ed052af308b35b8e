-- What record_usage does, for one event, which needs no sets and no order of locks: a fraction of its cost. Two that record
-- the same event at once meet in the counter, and the second is refused by the primary key: it has to be tried anew.
CREATE FUNCTION record_one_usage(event json)
RETURNS TABLE (ordinal integer, is_new boolean, charge_micros bigint) LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
  e usage_input := json_populate_record(NULL::usage_input, event);
  month date := month_of(e.at);
  earlier usage_events;
  counter usage_counters;
  charge bigint;
  owing bigint;
  earned bigint;
BEGIN
  SELECT * INTO earlier FROM usage_events u WHERE u.tenant = e.tenant AND u.key = e.key;
  IF FOUND THEN
    IF (earlier.tier, earlier.model, earlier.prompt_tokens, earlier.completion_tokens, earlier.at, earlier.is_estimated)
      IS DISTINCT FROM (e.tier, e.model, e.prompt_tokens, e.completion_tokens, e.at, e.is_estimated) THEN
      RAISE EXCEPTION 'the key % of tenant % was recorded with other content', e.key, e.tenant
        USING ERRCODE = 'BL001', DETAIL = e.ordinal::text;
    END IF;
    RETURN QUERY SELECT e.ordinal, false, earlier.charge_micros;
    RETURN;
  END IF;

  INSERT INTO usage_counters AS c (tenant, month, model, tier, prompt_tokens, completion_tokens)
    VALUES (e.tenant, month, e.model, e.tier, e.prompt_tokens, e.completion_tokens)
    ON CONFLICT ON CONSTRAINT usage_counters_pkey DO UPDATE SET
      prompt_tokens = c.prompt_tokens + excluded.prompt_tokens,
      completion_tokens = c.completion_tokens + excluded.completion_tokens
    RETURNING * INTO counter;
  charge := (greatest(counter.prompt_tokens - e.included_prompt, 0)
      - greatest(counter.prompt_tokens - e.prompt_tokens - e.included_prompt, 0)) * e.prompt_minor
    + (greatest(counter.completion_tokens - e.included_completion, 0)
      - greatest(counter.completion_tokens - e.completion_tokens - e.included_completion, 0)) * e.completion_minor;
  INSERT INTO usage_events
    (tenant, key, tier, model, prompt_tokens, completion_tokens, at, is_estimated, charge_micros)
    VALUES (e.tenant, e.key, e.tier, e.model, e.prompt_tokens, e.completion_tokens, e.at, e.is_estimated, charge);

  IF charge > 0 THEN
    -- In the order of record_usage.
    INSERT INTO accounts AS a (kind, tenant, account, balance_micros, version) VALUES ('system', e.tenant, 'revenue', charge, 1)
      ON CONFLICT (kind, tenant, account)
        DO UPDATE SET balance_micros = a.balance_micros + excluded.balance_micros, version = a.version + 1
      RETURNING a.id INTO earned;
    INSERT INTO accounts AS a (kind, tenant, account, balance_micros, version) VALUES ('system', e.tenant, 'usage', -charge, 1)
      ON CONFLICT (kind, tenant, account)
        DO UPDATE SET balance_micros = a.balance_micros + excluded.balance_micros, version = a.version + 1
      RETURNING a.id INTO owing;
    INSERT INTO ledger_transfers (reason, tenant, key, from_account, to_account, amount_micros)
      VALUES ('usage', e.tenant, e.key, owing, earned, charge);
  END IF;

  INSERT INTO outbox (events, lines) VALUES (1, json_build_array(json_build_object(
    'tenant', e.tenant, 'day', (e.at AT TIME ZONE 'UTC')::date, 'model', e.model, 'key', e.key, 'tier', e.tier,
    'prompt_tokens', e.prompt_tokens, 'completion_tokens', e.completion_tokens,
    'is_estimated', e.is_estimated::int, 'charge_micros', charge::text)));
  RETURN QUERY SELECT e.ordinal, true, charge;
END
$$;
