/** Redis could not be reached, or did not answer in time. What was asked for may or may not have happened. */
export class CacheUnavailableError extends Error {
  override readonly name = 'CacheUnavailableError'
  readonly code = 'ERR_CACHE_UNAVAILABLE'
}

/** The node was closed; it answers nothing any more. */
export class CacheClosedError extends Error {
  override readonly name = 'CacheClosedError'
  readonly code = 'ERR_CACHE_CLOSED'
}

/** The value is not one that the cache can give back as it was: it is neither JSON nor bytes. */
export class ValueRefusedError extends TypeError {
  override readonly name = 'ValueRefusedError'
  readonly code = 'ERR_CACHE_VALUE'
}

/** The lifetime is not a number of milliseconds of 1 or more. */
export class LifetimeRefusedError extends RangeError {
  override readonly name = 'LifetimeRefusedError'
  readonly code = 'ERR_CACHE_LIFETIME'
}

/** A node was opened with options that cannot work. */
export class CacheOptionsError extends TypeError {
  override readonly name = 'CacheOptionsError'
  readonly code = 'ERR_CACHE_OPTIONS'
}
