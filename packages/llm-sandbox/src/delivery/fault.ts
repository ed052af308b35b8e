/** What is done to a request on purpose. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds: number | undefined }
  /** It is never answered. */
  | { readonly kind: 'timeout' }
  /** The connection ends after this many events of a stream, or in the middle of another answer. */
  | { readonly kind: 'cut'; readonly afterChunks: number }
  /** The first token comes this much later. */
  | { readonly kind: 'delay'; readonly delayMs: number }

/** A part of all requests, from 0 to 1, that a fault meets. */
export interface FaultShare {
  readonly share: number
  readonly fault: Fault
}

export const FAULT_GRAMMAR = 'status=429; retry-after=2, or timeout, or cut-after=3, or delay-ms=250'

/**
 * @param text as FAULT_GRAMMAR shows
 * @returns undefined for anything else
 */
export function parseFault(text: string): Fault | undefined {
  const [word = '', ...more] = text.split(';').map((part) => part.trim())
  const [name, value] = word.split('=', 2)
  const number = /^\d{1,6}$/.test(value ?? '') ? Number(value) : NaN
  switch (name) {
    case 'status': {
      const retryAfterSeconds = more.length === 0 ? undefined : numberOf(more.join(';'), 'retry-after')
      const isWrong = more.length > 0 && retryAfterSeconds === undefined
      return number >= 400 && number < 600 && !isWrong
        ? { kind: 'status', status: number, retryAfterSeconds }
        : undefined
    }
    case 'timeout':
      return value === undefined && more.length === 0 ? { kind: 'timeout' } : undefined
    case 'cut-after':
      return number >= 0 && more.length === 0 ? { kind: 'cut', afterChunks: number } : undefined
    case 'delay-ms':
      return number >= 0 && more.length === 0 ? { kind: 'delay', delayMs: number } : undefined
    default:
      return undefined
  }
}

function numberOf(text: string, name: string): number | undefined {
  const [, digits] = new RegExp(`^${name}=(\\d{1,6}(?:\\.\\d{1,3})?)$`).exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** @param text `0.05 status=429; retry-after=1 | 0.01 cut-after=3`; undefined when a part is something else */
export function parseFaultShares(text: string): readonly FaultShare[] | undefined {
  const shares = text.split('|').map((part) => {
    const [, share, rest] = /^\s*(\d(?:\.\d+)?)\s+(.+)$/.exec(part) ?? []
    const fault = parseFault(rest ?? '')
    return fault && { share: Number(share), fault }
  })
  const known = shares.filter((share) => share !== undefined)
  return known.length === shares.length && isPartOfAll(known) ? known : undefined
}

/** Whether the shares leave the rest of all requests alone. */
export function isPartOfAll(shares: readonly FaultShare[]): boolean {
  return shares.every(({ share }) => share >= 0) && shares.reduce((sum, { share }) => sum + share, 0) <= 1 + 1e-9
}

/** @param chance from 0 up to 1, one for each request */
export function chooseFault(shares: readonly FaultShare[], chance: number): Fault | undefined {
  let below = 0
  return shares.find(({ share }) => chance < (below += share))?.fault
}
