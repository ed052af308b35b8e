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
  const issued = new GreatestBefore(holds.flatMap(issueOf))
  const firstWith = new Map<Token, Operation>()
  return holds.flatMap(({ granted, token }) => {
    if (token === undefined) return []
    const [first, greatest] = [firstWith.get(token), issued.before(granted.invokedNs)]
    if (first === undefined) firstWith.set(token, granted)
    const isOwn = granted.f === 'extend' && first?.process === granted.process
    if (first && !isOwn)
      return finding('token-reused', [granted, first], ([one = '', other = '']) => `${one} has the token of ${other}`)
    // An extension that comes too late is a stale one.
    if (greatest === undefined || greatest.rank <= token || granted.f === 'extend') return []
    return finding('token-not-growing', [granted, greatest.operation], ([one = '', other = '']) => {
      return `${one} was granted with a token lower than that of ${other}, which had ended before it began`
    })
  })
}

/** Releases and extensions that the lock took, although it had granted a later hold. */
function staleClaims(holds: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  const issued = new GreatestBefore(holds.flatMap(issueOf))
  return claims.flatMap((claim) => {
    const { operation, token } = claim
    const greatest = issued.before(operation.invokedNs)
    const isTaken = operation.f !== 'use' && operation.outcome === 'ok'
    if (!isTaken || token === undefined || greatest === undefined || greatest.rank <= token) return []
    const kind = operation.f === 'release' ? 'stale-release' : 'stale-extension'
    return finding(kind, [operation, greatest.operation, ...grantOf(claim)], ([one = '', later = '']) => {
      return `${one} was acknowledged with token ${token}, although ${later} had been granted before it began`
    })
  })
}

/** Uses that the resource accepted, although it had accepted one of a later hold. */
function staleUses(claims: readonly Claim[]): readonly Finding[] {
  const accepted = claims.filter(({ operation: { f, outcome } }) => f === 'use' && outcome === 'ok')
  const byToken = new GreatestBefore(
    accepted.flatMap((claim) => (claim.token === undefined ? [] : [{ ...claim, rank: claim.token }])),
  )
  const byGrant = new GreatestBefore(
    accepted.flatMap((claim) => (claim.hold ? [{ ...claim, rank: claim.hold.granted.invokedNs }] : [])),
  )
  return accepted.flatMap((claim) => {
    const { operation, token, hold } = claim
    const [newest, latest] = [byToken.before(operation.invokedNs), byGrant.before(operation.invokedNs)]
    const newer = token === undefined ? latest : newest
    const own = token ?? hold?.fromNs
    if (newer === undefined || own === undefined || newer.rank <= own) return []
    const involved = [operation, newer.operation, ...grantOf(claim), ...grantOf(newer)]
    return finding('stale-holder', involved, ([one = '', other = '', grant = '', newerGrant = '']) =>
      token === undefined
        ? `${one} was accepted after ${other}, although ${grant} had ended before that of the other began: ${newerGrant}`
        : `${one} was accepted with token ${token}, although ${other} had been accepted with token ${newer.rank} before it began`,
    )
  })
}

interface Ranked {
  readonly operation: Operation
  readonly rank: Token
}

function issueOf({ granted, token }: Hold): readonly Ranked[] {
  return token === undefined ? [] : [{ operation: granted, rank: token }]
}

function grantOf({ hold }: Claim): readonly Operation[] {
  return hold ? [hold.granted] : []
}

/** The greatest of those that had ended before a time, for times that do not go back. */
class GreatestBefore<Of extends Ranked> {
  readonly #byEnd: readonly Of[]
  #ended = 0
  #greatest: Of | undefined

  constructor(ranked: readonly Of[]) {
    this.#byEnd = ranked.toSorted((one, other) => one.operation.completedNs - other.operation.completedNs)
  }

  before(ns: number): Of | undefined {
    for (
      let next = this.#byEnd[this.#ended];
      next && next.operation.completedNs < ns;
      next = this.#byEnd[++this.#ended]
    )
      if (this.#greatest === undefined || next.rank > this.#greatest.rank) this.#greatest = next
    return this.#greatest
  }
}
