import type { CacheNodeOptions, Lifetime } from '../contract.ts'
import { CacheOptionsError, LifetimeRefusedError } from './errors.ts'

export const DEFAULT_LOCAL_ENTRIES = 10_000

/** @throws CacheOptionsError naming the option, what was found and what is wanted */
export function checkOptions(options: CacheNodeOptions): void {
  const { redisUrls, mode, keyPrefix, localEntries = DEFAULT_LOCAL_ENTRIES } = options
  if (mode !== 'single' && mode !== 'cluster') refuse('mode', mode, "either 'single' or 'cluster'")
  if (!Array.isArray(redisUrls) || redisUrls.length === 0) refuse('redisUrls', redisUrls, 'at least one URL')
  if (mode === 'single' && redisUrls.length > 1) refuse('redisUrls', redisUrls.length, "one URL in mode 'single'")
  for (const url of redisUrls) if (!isRedisUrl(url)) refuse('redisUrls', 'another text', 'URLs redis://… or rediss://…')
  // A prefix with a lone surrogate would reach Redis as U+FFFD and meet other prefixes there.
  if (typeof keyPrefix !== 'string' || !keyPrefix.isWellFormed()) refuse('keyPrefix', keyPrefix, 'well-formed text')
  if (!Number.isSafeInteger(localEntries) || localEntries < 0)
    refuse('localEntries', localEntries, 'an integer, 0 or more')
}

/**
 * Whole milliseconds, rounded down so that nothing is served later than its lifetime says.
 *
 * @throws LifetimeRefusedError when it is not a number of 1 or more
 */
export function checkTtl(ttlMs: number, where: string): number {
  const whole = Math.floor(ttlMs)
  if (Number.isSafeInteger(whole) && whole >= 1) return whole
  throw new LifetimeRefusedError(`cannot store ${where}: ttlMs is ${ttlMs}; give 1 or more milliseconds`)
}

/** @throws LifetimeRefusedError when it is not a number of 0 or more */
export function checkWait(waitMs: number): number {
  if (waitMs >= 0) return waitMs
  throw new LifetimeRefusedError(`cannot wait for a lock: waitMs is ${waitMs}; give 0 or more milliseconds`)
}

export function checkLifetime(lifetime: Lifetime, where: string): Lifetime {
  return 'ttlMs' in lifetime ? { ttlMs: checkTtl(lifetime.ttlMs, where) } : { keepTtl: true }
}

function isRedisUrl(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol)
}

function refuse(option: string, found: unknown, wanted: string): never {
  throw new CacheOptionsError(`cannot open a cache node: ${option} is ${JSON.stringify(found)}; it must be ${wanted}`)
}
