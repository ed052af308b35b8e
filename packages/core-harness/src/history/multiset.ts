import { identityOf } from './identity.ts'
import type { Identity } from './identity.ts'
import type { Json } from './operation.ts'

/** Values, each with how often it is there. */
export type Multiset = ReadonlyMap<Identity, { readonly value: Json; readonly times: number }>

/** @param values a list, or an object, whose fields are pairs `[name, value]` */
export function multisetOf(values: readonly Json[] | Readonly<Record<string, Json>>): Multiset {
  const set = new Map<Identity, { value: Json; times: number }>()
  for (const value of Array.isArray(values) ? (values as readonly Json[]) : Object.entries(values)) {
    const identity = identityOf(value)
    const known = set.get(identity)
    if (known === undefined) set.set(identity, { value, times: 1 })
    else known.times += 1
  }
  return set
}

export interface Difference {
  /** What the one lacks that the other has, as often as it lacks it. */
  readonly missing: readonly Json[]
  /** What the one has that the other lacks. */
  readonly extra: readonly Json[]
}

/** How one multiset differs from another. */
export function differenceOf(one: Multiset, other: Multiset): Difference {
  return { missing: surplusOf(other, one), extra: surplusOf(one, other) }
}

function surplusOf(one: Multiset, other: Multiset): Json[] {
  return [...one].flatMap(([identity, { value, times }]) =>
    Array.from({ length: Math.max(0, times - (other.get(identity)?.times ?? 0)) }, () => value),
  )
}
