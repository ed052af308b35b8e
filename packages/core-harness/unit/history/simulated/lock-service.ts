import type { Operation } from '../../../src/history/operation.ts'
import { Simulation } from './simulation.ts'
import type { Doing } from './simulation.ts'

export type LockStrength =
  /** Never expires, and counts its tokens up. */
  | 'correct'
  /** Expires. Who holds it is told for how long, and sometimes sleeps longer; the resource compares tokens. */
  | 'expiring-with-tokens'
  /** The same, but there are no tokens. */
  | 'expiring-without-tokens'
  /** A release deletes whatever is there. */
  | 'plain-del'
  /** The time is counted from the first attempt to acquire, and the holder is promised all of it. */
  | 'expiry-from-first-attempt'
  /** An extension gives another token; afterwards the old one still serves to release and to use. */
  | 'old-handle'
  /** Once it goes on counting its tokens from before the last ones, as after a failover that lost them. */
  | 'forgetful'

const TTL_MS = 60

/** Four processes that contend for one lock and use what it guards. */
export function simulateLock(seed: number, strength: LockStrength): readonly Operation[] {
  const simulation = new Simulation(seed)
  const expires = strength !== 'correct' && strength !== 'forgetful'
  const hasTokens = strength !== 'expiring-without-tokens' && strength !== 'plain-del'
  let held: { readonly by: number; token: number; untilMs: number } | undefined
  let issued = 0
  let accepted = 0

  const isFree = (): boolean => held === undefined || held.untilMs <= simulation.nowMs
  const granted = (token: number, heldForMs: number) => ({
    output: { ...(hasTokens ? { token } : {}), ...(expires ? { heldForMs } : {}) },
  })

  function* acquire(by: number) {
    const startedMs = simulation.nowMs
    while (!isFree()) {
      yield 5
      if (simulation.nowMs > startedMs + 0.9 * TTL_MS) return { outcome: 'fail' as const }
    }
    if (strength === 'forgetful' && issued === 10) issued -= 5
    const countedFromMs = strength === 'expiry-from-first-attempt' ? startedMs : simulation.nowMs
    held = { by, token: (issued += 2), untilMs: expires ? countedFromMs + TTL_MS : Infinity }
    // Its answer takes up to 5 ms.
    return granted(issued, TTL_MS - 5)
  }

  function* extend(token: number) {
    yield 0
    if (isFree() || held?.token !== token) return { outcome: 'fail' as const }
    held.token = ++issued
    held.untilMs = simulation.nowMs + TTL_MS
    return granted(issued, TTL_MS - 5)
  }

  function* release(by: number, token: number) {
    yield 0
    const isHolder = !isFree() && held?.by === by && (held.token === token || strength === 'old-handle')
    if (!isHolder && strength !== 'plain-del') return { outcome: 'fail' as const }
    held = undefined
    return {}
  }

  function* use(token: number) {
    yield 0
    if (hasTokens && token < accepted && strength !== 'old-handle') return { outcome: 'fail' as const }
    accepted = Math.max(accepted, token)
    return {}
  }

  function* process(id: number): Doing {
    for (let left = 12; left > 0; left--) {
      yield simulation.random() * 30
      const { outcome, output } = yield* simulation.call(id, 'acquire', null, () => acquire(id))
      if (outcome === 'fail') continue
      const tokens = [tokenIn(output)]
      for (let uses = 0; uses < (strength === 'old-handle' ? 4 : 2); uses++) {
        const sleeps = expires && strength !== 'expiry-from-first-attempt' && strength !== 'old-handle'
        yield sleeps && simulation.random() < 0.2 ? 2 * TTL_MS : simulation.random() * 10
        const token = simulation.pick(tokens[0] ?? 0, tokens.at(-1) ?? 0)
        yield* simulation.call(id, 'use', hasTokens ? { token } : null, () => use(token))
        if (strength !== 'old-handle') continue
        const last = tokens.at(-1) ?? 0
        const extended = yield* simulation.call(id, 'extend', { token: last }, () => extend(last))
        if (extended.outcome !== 'fail') tokens.push(tokenIn(extended.output))
      }
      const token = tokens[0] ?? 0
      yield* simulation.call(id, 'release', hasTokens ? { token } : null, () => release(id, token))
    }
  }

  for (let id = 0; id < 4; id++) simulation.start(process(id))
  return simulation.run()
}

function tokenIn(output: unknown): number {
  return (output as { readonly token?: number } | undefined)?.token ?? 0
}
