import { Problem } from '@proving-ground/core-harness/service'
import type { BillingErrorCode } from '../errors.ts'
import { refused } from './json.ts'

/** What the codes of the contract are in HTTP. */
export const STATUS: Readonly<Record<BillingErrorCode, number>> = {
  ERR_BILLING_INVALID: 400,
  ERR_BILLING_UNKNOWN: 404,
  ERR_BILLING_KEY_REUSED: 409,
  ERR_BILLING_FLOOR: 409,
  ERR_BILLING_REFUND: 409,
  ERR_BILLING_UNAVAILABLE: 503,
}

export function isBillingErrorCode(code: unknown): code is BillingErrorCode {
  return typeof code === 'string' && Object.hasOwn(STATUS, code)
}

/** Undefined for an error that is not of the contract: nobody knows what its message holds. */
export function problemOf(error: unknown): Problem | undefined {
  const { code, message, field } = error as { readonly code?: unknown; readonly message?: unknown; field?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refused(413, 'body', 'the body is longer than the service takes')
  if (error instanceof Problem || !isBillingErrorCode(code)) return undefined
  return new Problem(STATUS[code], String(message), { ...(typeof field === 'string' && { field }), cause: error })
}
