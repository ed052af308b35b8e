import type { CycleKind } from './cycles.ts'

export const MODELS = ['read-committed', 'repeatable-read', 'serializable', 'strict-serializable'] as const

/** What a store promises. `repeatable-read` is snapshot isolation, which is what PostgreSQL gives by that name. */
export type Model = (typeof MODELS)[number]

/** What can be wrong: seen in reads and in orders of versions, and in cycles. */
export type Kind =
  | 'unexpected'
  | 'duplicate-elements'
  | 'incompatible-order'
  | 'internal'
  | 'G1a'
  | 'G1b'
  | 'dirty-update'
  | 'lost-update'
  | CycleKind

const CYCLES = ['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2-item'] as const

/**
 * From the gravest on, with the weakest model that forbids each: Adya's PL-2 for read committed; for snapshot isolation
 * what every cycle with neighbouring read-write edges only leaves.
 */
const FORBIDDEN_FROM: Readonly<Record<Exclude<Kind, `${string}-realtime`>, Model>> = {
  unexpected: 'read-committed',
  'duplicate-elements': 'read-committed',
  'incompatible-order': 'read-committed',
  internal: 'read-committed',
  G0: 'read-committed',
  G1a: 'read-committed',
  'dirty-update': 'read-committed',
  G1b: 'read-committed',
  G1c: 'read-committed',
  'lost-update': 'repeatable-read',
  'G-single': 'repeatable-read',
  'G-nonadjacent': 'repeatable-read',
  'G2-item': 'serializable',
}

/** Every kind, from the gravest on. */
export const KINDS: readonly Kind[] = [
  ...(Object.keys(FORBIDDEN_FROM) as (keyof typeof FORBIDDEN_FROM)[]),
  ...CYCLES.map((kind) => `${kind}-realtime` as const),
]

export function forbids(model: Model, kind: Kind): boolean {
  const from = (FORBIDDEN_FROM as Partial<Record<Kind, Model>>)[kind] ?? 'strict-serializable'
  return MODELS.indexOf(model) >= MODELS.indexOf(from)
}
