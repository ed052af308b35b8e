import type { Operation } from '../operation.ts'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Claim, Hold, Token } from './holds.ts'

/**
 * Whether tokens can tell a former holder from the present one, and whether the lock and the resource do: both have to refuse who
 * comes with a token older than one that they know. Where a use has no token it is judged by when its process was granted
 * the lock.
 */
export function judgeFencing(holds: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  return [...badTokens(holds), ...staleClaims(holds, claims), ...staleUses(claims)]
}

/** Tokens that were given out twice, or not in their order. */
function badTokens(holds: readonly Hold[]): readonly Finding[] {
  const issued = issuedBefore(holds)
  const firstWith = new Map<Token, Operation>()
  const findings: Finding[] = []
  for (const { granted, token } of holds) {
    if (token === undefined) continue
    const [first, greatest] = [firstWith.get(token), issued.before(granted.invokedNs)]
    if (first === undefined) firstWith.set(token, granted)
    const isExtension = granted.f === 'extend'
    if (first && !(isExtension && first.process === granted.process))
      findings.push(
        finding('token-reused', [granted, first], ([one = '', other = '']) => `${one} has the token of ${other}`),
      )
    // An extension that comes too late is a stale one.
    else if (greatest !== undefined && isOlder(token, greatest.token) && !isExtension)
      findings.push(
        finding('token-not-growing', [granted, greatest.granted], ([one = '', other = '']) => {
          return `${one} was granted with a token lower than that of ${other}, which had ended before it began`
        }),
      )
  }
  return findings
}

/** Releases and extensions that the lock took, although it had granted a later hold. */
function staleClaims(holds: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  const issued = issuedBefore(holds)
  const findings: Finding[] = []
  for (const claim of claims) {
    const { operation, token } = claim
    if (operation.f === 'use' || operation.outcome !== 'ok' || token === undefined) continue
    const greatest = issued.before(operation.invokedNs)
    if (greatest === undefined || !isOlder(token, greatest.token)) continue
    const kind = operation.f === 'release' ? 'stale-release' : 'stale-extension'
    findings.push(
      finding(kind, [operation, greatest.granted, ...grantOf(claim)], ([one = '', later = '']) => {
        return `${one} was acknowledged with token ${token}, although ${later} had been granted before it began`
      }),
    )
  }
  return findings
}

/** Uses that the resource accepted, although it had accepted one of a later hold. */
function staleUses(claims: readonly Claim[]): readonly Finding[] {
  const accepted = claims.filter(({ operation: { f, outcome } }) => f === 'use' && outcome === 'ok')
  const endNs = ({ operation }: Claim): number => operation.completedNs
  const byToken = new GreatestBefore(accepted, endNs, ({ token }) => token)
  const byGrant = new GreatestBefore(accepted, endNs, ({ hold }) => hold?.granted.invokedNs)
  const findings: Finding[] = []
  for (const claim of accepted) {
    const { operation, token, hold } = claim
    const [newest, latest] = [byToken.before(operation.invokedNs), byGrant.before(operation.invokedNs)]
    const newer = token === undefined ? latest : newest
    const isStale =
      token === undefined
        ? hold !== undefined && isOlder(hold.fromNs, latest?.hold?.granted.invokedNs)
        : isOlder(token, newest?.token)
    if (!isStale || newer === undefined) continue
    const involved = [operation, newer.operation, ...grantOf(claim), ...grantOf(newer)]
    findings.push(
      finding('stale-holder', involved, ([one = '', other = '', grant = '', newerGrant = '']) =>
        token === undefined
          ? `${one} was accepted after ${other}, although ${grant} had ended before that of the other began: ${newerGrant}`
          : `${one} was accepted with token ${token}, although ${other} had been accepted with token ${newer.token} before it began`,
      ),
    )
  }
  return findings
}

function issuedBefore(holds: readonly Hold[]): GreatestBefore<Hold> {
  return new GreatestBefore(
    holds,
    ({ fromNs }) => fromNs,
    ({ token }) => token,
  )
}

function isOlder(one: Token, other: Token | undefined): boolean {
  return other !== undefined && one < other
}

function grantOf({ hold }: Claim): readonly Operation[] {
  return hold ? [hold.granted] : []
}

/** The greatest of those that had ended before a time, for times that do not go back. What has no rank does not count. */
class GreatestBefore<Of> {
  readonly #byEnd: readonly Of[]
  readonly #endNs: (one: Of) => number
  readonly #rank: (one: Of) => Token | undefined
  #ended = 0
  #greatest: Of | undefined
  #greatestRank: Token | undefined

  constructor(all: readonly Of[], endNs: (one: Of) => number, rank: (one: Of) => Token | undefined) {
    this.#byEnd = all.toSorted((one, other) => endNs(one) - endNs(other))
    this.#endNs = endNs
    this.#rank = rank
  }

  before(ns: number): Of | undefined {
    for (let next = this.#byEnd[this.#ended]; next && this.#endNs(next) < ns; next = this.#byEnd[++this.#ended]) {
      const rank = this.#rank(next)
      if (rank === undefined || (this.#greatestRank !== undefined && rank <= this.#greatestRank)) continue
      this.#greatest = next
      this.#greatestRank = rank
    }
    return this.#greatest
  }
}
