/** Each change of the core is one of these statements, run SERIALIZABLE by itself: what it reads is what it decides by. */

export const RECORD = `
  WITH input AS (
    SELECT i.*, date_trunc('month', i.at AT TIME ZONE 'UTC')::date AS month
    FROM json_to_recordset($1) AS i (ordinal int, tenant text, key text, tier text, model text, prompt_tokens bigint,
      completion_tokens bigint, at timestamptz, is_estimated boolean, prompt_minor bigint, completion_minor bigint,
      included_prompt bigint, included_completion bigint)
  ), there AS (
    SELECT i.ordinal, e.charge_micros, (e.tier, e.model, e.prompt_tokens, e.completion_tokens, e.at, e.is_estimated)
      IS DISTINCT FROM (i.tier, i.model, i.prompt_tokens, i.completion_tokens, i.at, i.is_estimated) AS is_other
    FROM input i JOIN one_statement.events e USING (tenant, key)
  ), fresh AS (
    SELECT i.*, coalesce(u.prompt_tokens, 0) + sum(i.prompt_tokens) OVER w AS prompt_after,
      coalesce(u.completion_tokens, 0) + sum(i.completion_tokens) OVER w AS completion_after
    FROM input i LEFT JOIN LATERAL (
      SELECT sum(e.prompt_tokens) AS prompt_tokens, sum(e.completion_tokens) AS completion_tokens
      FROM one_statement.events e
      WHERE (e.tenant, e.month, e.model, e.tier) = (i.tenant, i.month, i.model, i.tier)
        AND (i.included_prompt > 0 OR i.included_completion > 0)
    ) u ON true
    WHERE i.ordinal NOT IN (SELECT ordinal FROM there) AND NOT EXISTS (SELECT FROM there WHERE is_other)
    WINDOW w AS (PARTITION BY i.tenant, i.month, i.model, i.tier ORDER BY i.ordinal)
  ), recorded AS (
    INSERT INTO one_statement.events
    SELECT tenant, key, tier, model, prompt_tokens, completion_tokens, at, month, is_estimated,
      (greatest(prompt_after - included_prompt, 0) - greatest(prompt_after - prompt_tokens - included_prompt, 0))
        * prompt_minor
      + (greatest(completion_after - included_completion, 0)
        - greatest(completion_after - completion_tokens - included_completion, 0)) * completion_minor
    FROM fresh RETURNING tenant, key, charge_micros
  )
  SELECT ordinal, true AS is_new, false AS is_other, charge_micros FROM recorded JOIN input USING (tenant, key)
  UNION ALL SELECT ordinal, false, is_other, charge_micros FROM there ORDER BY ordinal`

export const REFUND = `
  WITH event AS (SELECT charge_micros FROM one_statement.events WHERE tenant = $1 AND key = $3),
  there AS (SELECT * FROM one_statement.refunds WHERE tenant = $1 AND key = $2),
  before AS (
    SELECT coalesce(sum(share_basis_points), 0) AS share, coalesce(sum(amount_micros), 0) AS amount
    FROM one_statement.refunds WHERE tenant = $1 AND event_key = $3
  ), recorded AS (
    INSERT INTO one_statement.refunds
    SELECT $1, $2, $3, $4::int, div(event.charge_micros * (before.share + $4::int), 10000) - before.amount
    FROM event, before WHERE before.share + $4::int <= 10000 AND NOT EXISTS (SELECT FROM there)
    RETURNING amount_micros
  )
  SELECT EXISTS (SELECT FROM event) AS is_event,
    (SELECT (event_key, share_basis_points) = ($3, $4::int) FROM there) AS is_same,
    (SELECT amount_micros FROM there) AS earlier, (SELECT amount_micros FROM recorded) AS amount`

export const INVOICE_LINES = `
  WITH events AS (SELECT * FROM one_statement.events WHERE tenant = $1 AND month = ($2 || '-01')::date)
  SELECT 'usage' AS kind, model, tier, sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens,
    sum(charge_micros) AS micros
  FROM events GROUP BY model, tier
  UNION ALL
  SELECT 'refund', e.model, e.tier, 0, 0, -sum(r.amount_micros)
  FROM events e JOIN one_statement.refunds r ON r.tenant = e.tenant AND r.event_key = e.key GROUP BY e.model, e.tier
  ORDER BY model, tier, kind DESC`

export const USAGE = `
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, model, count(*) AS events,
    sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens,
    count(*) FILTER (WHERE is_estimated) AS estimated_events, sum(charge_micros) AS charge_micros
  FROM one_statement.events
  WHERE tenant = $1 AND at >= $2::date::timestamp AT TIME ZONE 'UTC' AND at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
  GROUP BY 1, 2 ORDER BY 1, 2`

export const OPEN_ACCOUNT = `
  WITH there AS (
    SELECT coalesce((SELECT amount_micros FROM one_statement.entries WHERE (tenant, account) = ($1, $2) ORDER BY id LIMIT 1), 0)
      AS deposit
    FROM one_statement.accounts WHERE tenant = $1 AND account = $2
  ), opened AS (
    INSERT INTO one_statement.accounts SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM there) RETURNING tenant, account
  ), paid AS (
    INSERT INTO one_statement.entries (tenant, account, amount_micros, system_account)
    SELECT tenant, account, $3::bigint, 'funding' FROM opened WHERE $3::bigint > 0
  )
  SELECT (SELECT deposit FROM there) AS deposit`

export const ACCOUNT = `
  SELECT coalesce(sum(e.amount_micros), 0) AS balance, count(e.id) AS version
  FROM one_statement.accounts a LEFT JOIN one_statement.entries e USING (tenant, account)
  WHERE a.tenant = $1 AND a.account = $2 GROUP BY a.tenant, a.account`

/**
 * Steps of a change: `[{tenant, account, amount, system}]`, in order. $1 tenant, $2 key, $3 request, $4 steps; the answer is
 * about the account of the first.
 */
export const CHANGE = `
  WITH there AS (SELECT * FROM one_statement.operations WHERE tenant = $1 AND key = $2),
  steps AS (
    SELECT s.ordinality, s.value ->> 'tenant' AS tenant, s.value ->> 'account' AS account,
      (s.value ->> 'amount')::bigint AS amount, s.value ->> 'system' AS system
    FROM jsonb_array_elements($4::jsonb) WITH ORDINALITY s
  ), unknown AS (
    SELECT s.account FROM steps s LEFT JOIN one_statement.accounts a USING (tenant, account)
    WHERE a.tenant IS NULL LIMIT 1
  ), held AS (
    SELECT t.tenant, coalesce(sum(e.amount_micros), 0) AS micros
    FROM (SELECT DISTINCT tenant FROM steps) t LEFT JOIN one_statement.entries e USING (tenant) GROUP BY t.tenant
  ), after AS (
    SELECT s.tenant, s.amount, h.micros + sum(s.amount) OVER (PARTITION BY s.tenant ORDER BY s.ordinality) AS micros,
      sum(s.amount) OVER (PARTITION BY s.tenant) AS change
    FROM steps s JOIN held h USING (tenant)
  ), short AS (
    SELECT a.tenant FROM after a LEFT JOIN one_statement.floors f USING (tenant)
    WHERE a.micros < coalesce(f.floor_micros, 0) AND a.amount < 0
      -- A transfer within a tenant leaves what it holds as it is.
      AND (a.change <> 0 OR (SELECT count(*) FROM steps WHERE system IS NOT NULL) > 0) LIMIT 1
  ), allowed AS (
    SELECT NOT EXISTS (SELECT FROM there) AND NOT EXISTS (SELECT FROM unknown) AND NOT EXISTS (SELECT FROM short) AS is_allowed
  ), entered AS (
    INSERT INTO one_statement.entries (tenant, account, amount_micros, system_account)
    SELECT tenant, account, amount, system FROM steps, allowed WHERE is_allowed ORDER BY ordinality
  ), done AS (
    INSERT INTO one_statement.operations
    SELECT $1, $2, $3::jsonb,
      coalesce((SELECT sum(e.amount_micros) FROM one_statement.entries e WHERE (e.tenant, e.account) = (f.tenant, f.account)), 0)
        + (SELECT sum(s.amount) FROM steps s WHERE (s.tenant, s.account) = (f.tenant, f.account)),
      (SELECT count(*) FROM one_statement.entries e WHERE (e.tenant, e.account) = (f.tenant, f.account))
        + (SELECT count(*) FROM steps s WHERE (s.tenant, s.account) = (f.tenant, f.account))
    FROM steps f, allowed WHERE f.ordinality = 1 AND is_allowed
    RETURNING balance_micros, version
  )
  SELECT (SELECT account FROM unknown) AS unknown, (SELECT tenant FROM short) AS short,
    (SELECT request = $3::jsonb FROM there) AS is_same,
    coalesce((SELECT balance_micros FROM there), (SELECT balance_micros FROM done)) AS balance,
    coalesce((SELECT version FROM there), (SELECT version FROM done)) AS version`

export const LEDGER = `
  WITH sums AS (
    SELECT 'own' AS kind, tenant, account, coalesce(sum(e.amount_micros), 0) AS micros
    FROM one_statement.accounts LEFT JOIN one_statement.entries e USING (tenant, account) GROUP BY tenant, account
    UNION ALL
    SELECT 'system', tenant, account, sum(micros) FROM (
      SELECT tenant, system_account AS account, -amount_micros AS micros
      FROM one_statement.entries WHERE system_account IS NOT NULL
      UNION ALL SELECT tenant, 'revenue', charge_micros FROM one_statement.events
      UNION ALL SELECT tenant, 'usage', -charge_micros FROM one_statement.events
      UNION ALL SELECT tenant, 'revenue', -amount_micros FROM one_statement.refunds
      UNION ALL SELECT tenant, 'usage', amount_micros FROM one_statement.refunds
    ) parts GROUP BY tenant, account
  )
  SELECT * FROM sums WHERE $1::text[] IS NULL OR tenant = ANY($1) ORDER BY tenant, kind, account`

export const SET_FLOOR = `
  INSERT INTO one_statement.floors VALUES ($1, $2)
  ON CONFLICT (tenant) DO UPDATE SET floor_micros = excluded.floor_micros`

export const SET_BUDGET = `
  INSERT INTO one_statement.budgets VALUES ($1, $2)
  ON CONFLICT (tenant) DO UPDATE SET limit_micros = excluded.limit_micros`

export const RESERVE = `
  WITH there AS (SELECT * FROM one_statement.reservations WHERE tenant = $1 AND key = $2),
  budget AS (
    SELECT coalesce((SELECT limit_micros FROM one_statement.budgets WHERE tenant = $1), $4::bigint)
      - coalesce((SELECT sum(coalesce(actual_micros, CASE WHEN is_granted THEN estimate_micros ELSE 0 END))
        FROM one_statement.reservations WHERE tenant = $1), 0) AS left_micros
  ), reserved AS (
    INSERT INTO one_statement.reservations
    SELECT $1, $2, $3::bigint, left_micros IS NULL OR left_micros >= $3::bigint,
      CASE WHEN left_micros >= $3::bigint THEN left_micros - $3::bigint ELSE left_micros END
    FROM budget WHERE NOT EXISTS (SELECT FROM there) RETURNING *
  )
  SELECT is_granted, left_micros, estimate_micros FROM there
  UNION ALL SELECT is_granted, left_micros, estimate_micros FROM reserved`

export const SETTLE = `
  UPDATE one_statement.reservations SET actual_micros = coalesce(actual_micros, $3)
  WHERE tenant = $1 AND key = $2 RETURNING key`

export const SPENT = `
  SELECT coalesce(sum(actual_micros), 0) AS spent_micros FROM one_statement.reservations WHERE tenant = $1`
