import { Problem } from '@proving-ground/core-harness/service'

/** What the codes of a cache's errors are in HTTP, and the parameter that is wrong. */
const KNOWN: Readonly<Record<string, { readonly status: number; readonly field?: string }>> = {
  ERR_CACHE_VALUE: { status: 400, field: 'value' },
  ERR_CACHE_LIFETIME: { status: 400, field: 'ttlMs' },
  ERR_NOT_SUPPORTED: { status: 501 },
  ERR_CACHE_UNAVAILABLE: { status: 503 },
  ERR_CACHE_CLOSED: { status: 503 },
}

/** Undefined for an error that is not of the contract: nobody knows what its message holds. */
export function problemOf(error: unknown): Problem | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  const known = typeof code === 'string' ? KNOWN[code] : undefined
  if (!known) return undefined
  const { status, ...field } = known
  return new Problem(status, String(message), { ...field, cause: error })
}

/** A loader or a commit of a client failed: those who waited for it are told so, in its own words. */
export class LentWorkFailed extends Problem {
  /** @param told what the client wrote: `{ name, message, code? }` */
  static from(told: Buffer): LentWorkFailed {
    const { name, message, code } = parse(told) as Record<string, unknown>
    if (typeof name !== 'string' || typeof message !== 'string' || !['string', 'undefined'].includes(typeof code))
      throw new Problem(400, 'a failure is {"name": …, "message": …, "code"?: …}', { field: 'body' })
    const cause = Object.assign(new Error(message), { name }, typeof code === 'string' && { code })
    return new LentWorkFailed(424, message, { cause })
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) ?? {}
  } catch (cause) {
    throw new Problem(400, 'the body is not JSON', { field: 'body', cause })
  }
}
