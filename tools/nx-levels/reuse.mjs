const EXTERNAL_URLS = ['REDIS_URL', 'REDIS_CLUSTER_URL', 'POSTGRES_URL', 'CLICKHOUSE_URL', 'RABBITMQ_URL']

/**
 * Whether the result of a level that needs real dependencies may be taken from the cache. A hash covers what Nx can
 * see: it sees neither the state of a server behind a URL, nor the files of an adapter that lives outside the package.
 *
 * @param {Record<string, string | undefined>} environment
 */
export function mayReuseResults(environment) {
  return !EXTERNAL_URLS.some((name) => environment[name]) && !namesPath(environment.ADAPTER ?? '')
}

/** `./mine.ts`, `../mine.ts`, `/srv/mine.ts`, or one of these behind the name of a contract: `cache:./mine.ts`. */
function namesPath(adapter) {
  return adapter.split(',').some((choice) => /^(?:[^:]*:)?\s*[./]/.test(choice.trim()))
}
