/** What the service refuses to do, or cannot. */
export type BillingErrorCode =
  | 'ERR_BILLING_INVALID'
  | 'ERR_BILLING_KEY_REUSED'
  | 'ERR_BILLING_FLOOR'
  | 'ERR_BILLING_REFUND'
  | 'ERR_BILLING_UNKNOWN'
  | 'ERR_BILLING_UNAVAILABLE'

export class BillingError extends Error {
  override readonly name = 'BillingError'
  readonly code: BillingErrorCode
  /** Where in the input: `events[3].promptTokens`. */
  readonly field: string | undefined

  constructor(
    code: BillingErrorCode,
    message: string,
    { field, cause }: { readonly field?: string; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.field = field
  }
}
