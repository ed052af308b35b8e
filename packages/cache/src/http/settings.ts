import { oneWordOf, required, text, wholeNumber } from '@proving-ground/core-harness/service'
import type { Variables } from '@proving-ground/core-harness/service'
import type { CacheNodeOptions } from '../contract.ts'

const MOST_LOCAL_ENTRIES = 100_000_000

/**
 * REDIS_URLS or REDIS_URL, CACHE_MODE, CACHE_KEY_PREFIX, CACHE_LOCAL_ENTRIES.
 *
 * @throws SettingError for a variable that is missing, or holds something else
 */
export function readNodeOptions(variables: Variables): CacheNodeOptions {
  const urls = text(variables, 'REDIS_URLS') ?? required(variables, 'REDIS_URL', 'takes the URL of a Redis server')
  const localEntries = wholeNumber(variables, 'CACHE_LOCAL_ENTRIES', {
    least: 0,
    most: MOST_LOCAL_ENTRIES,
    otherwise: undefined,
  })
  return {
    redisUrls: urls.split(',').map((url) => url.trim()),
    mode: oneWordOf(variables, 'CACHE_MODE', ['single', 'cluster']),
    keyPrefix: text(variables, 'CACHE_KEY_PREFIX') ?? '',
    ...(localEntries !== undefined && { localEntries }),
  }
}

/** The same options as variables, for whoever starts the service. */
export function variablesOf({ redisUrls, mode, keyPrefix, localEntries }: CacheNodeOptions): Record<string, string> {
  return {
    REDIS_URLS: redisUrls.join(','),
    CACHE_MODE: mode,
    CACHE_KEY_PREFIX: keyPrefix,
    ...(localEntries !== undefined && { CACHE_LOCAL_ENTRIES: String(localEntries) }),
  }
}
