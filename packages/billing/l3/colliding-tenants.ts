import type { BillingNode } from '../src/contract.ts'
import { PLAIN_PRICE } from './nodes.ts'

/** Pairs of tenant and key, made so that a careless way to join, fold or match names makes one of several. */
// prettier-ignore
const PAIRS: readonly (readonly [tenant: string, key: string])[] = [
  // Separators within a part, of which `a` + `b:c` and `a:b` + `c` are joined to one name.
  ...[':', '/', '|', '.', '-', ' ', '\n', '\t', '\\', "'", '"', ',', '\u001f'].flatMap((separator) => [
    [`a${separator}b`, 'c'],
    ['a', `b${separator}c`],
    [`a${separator}`, `b${separator}c`],
  ] as const),
  // Without a separator.
  ['ab', 'c'], ['a', 'bc'],
  // Wildcards of SQL, and what they would match; prefixes.
  ['a_b', 'x'], ['axb', 'x'], ['a%', 'x'], ['%', 'x'], ['_', 'x'], ['b', 'x'], ['a*', 'x'], ['abc', 'x'], ['a', 'x'],
  // Case, blanks, and characters that some systems fold together.
  ['A', 'x'], ['a  ', 'x'], [' a', 'x'], ['a\u00a0', 'x'], ['\u00e9', 'x'], ['e\u0301', 'x'], ['E\u0301', 'x'],
  ['e', 'x'], ['\ufb01', 'x'], ['fi', 'x'], ['ß', 'x'], ['ss', 'x'], ['\u212a', 'x'], ['k', 'x'],
  // What looks like code, or like a part of a URL.
  ["a' OR '1'='1", 'x'], ['a&tenant=b', 'x'], ['a%3Ab', 'c'], ['../a', 'x'], ['null', 'x'], ['\\N', 'x'], ['{a}', 'x'],
]

/** A tenant whose answers can be told from those of all others, by texts and by amounts. */
export interface CollidingTenant {
  readonly name: string
  /** Of its events, none of which another tenant has with the same content. */
  readonly keys: readonly string[]
  /** A text that is in its model and in the name of its account, and nowhere else. */
  readonly token: string
  readonly model: string
  readonly account: string
  /** From 1. */
  readonly number: number
}

/** Every tenant also has the key `shared`. */
export const TENANTS: readonly CollidingTenant[] = [...Map.groupBy(PAIRS, ([tenant]) => tenant)].map(
  ([name, pairs], index) => {
    const token = `canary ${String(index + 1).padStart(3, '0')}`
    const keys = ['shared', ...new Set(pairs.map(([, key]) => key))]
    return { name, keys, token, model: `model of ${token}`, account: `account of ${token}`, number: index + 1 }
  },
)

/** Names that nobody has, and that would match those of others if they were patterns, prefixes or folded. */
export const NOBODY = ['a__', 'a%b', '%a%', '__', 'a:', 'ab ', 'AB', 'E', 'Fi', 'SS', 'K', 'shared'].filter((name) =>
  TENANTS.every((tenant) => tenant.name !== name),
)

export const PRICES = TENANTS.map(({ model }) => ({ ...PLAIN_PRICE, model }))

/** Different for each event of each tenant, so that no answer can be another's by chance. */
export function promptTokens({ number }: CollidingTenant, keyIndex: number): number {
  return 1_000 * number + keyIndex
}

/** Everything that is said to be one tenant's, by any route that reads. */
export async function allOf(node: BillingNode, name: string, period: string) {
  const [invoice, usage, ledger, spent] = await Promise.all([
    node.invoice(name, period),
    node.usage(name, `${period}-01`, `${period}-31`),
    node.ledger([name]),
    node.spent(name),
  ])
  return { invoice, usage, ledger, spent }
}
