const DEPENDENCIES = [
  'REDIS',
  'REDIS_CLUSTER',
  'POSTGRES',
  'CLICKHOUSE',
  'RABBITMQ',
  'PROMETHEUS',
  'CONSUL',
  'JAEGER',
  'LLM',
  'PAYMENT_GATEWAY',
]

/**
 * Whether the result of a level that needs real dependencies may be taken from the cache. A hash covers what Nx can
 * see: it sees neither the state of a server behind a URL, nor the files of an adapter that lies outside the package.
 *
 * @param {Record<string, string | undefined>} environment
 * @param {{ adapters?: Record<string, string> }} [configuration] what proving-ground.config.json holds
 */
export function mayReuseResults(environment, configuration = {}) {
  const chosen = (environment.ADAPTER ?? '').split(',').map((choice) => choice.trim().replace(/^[^:./]+:/, ''))
  const configured = Object.values(configuration.adapters ?? {})
  return !DEPENDENCIES.some((name) => environment[`${name}_URL`]) && ![...chosen, ...configured].some(isPath)
}

/** As the harness tells the path of an adapter from its name. */
function isPath(adapter) {
  return adapter.startsWith('.') || adapter.startsWith('/') || adapter.endsWith('.ts')
}
