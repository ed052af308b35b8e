import { MOST_EVENTS, MOST_TOKENS } from '../src/contract.ts'
import { eventOf } from './nodes.ts'

const BAD_TEXTS: readonly unknown[] = ['', 'x'.repeat(201), 'a\0b', '\uD800', 'x\uDC00', 7, null, undefined, {}, ['x']]
const BAD_NUMBERS: readonly unknown[] = [NaN, Infinity, -Infinity, 0.5, '1', null, undefined, true, 1n, [1]]
const BAD_TOKENS = [...BAD_NUMBERS, -1, -0.5, MOST_TOKENS + 1, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e21]

/** Values that a field of an event cannot have. */
export const BAD_FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  key: BAD_TEXTS,
  tenant: BAD_TEXTS,
  model: [...BAD_TEXTS, 'gpt-0', 'GPT-4O', ' gpt-4o', '__proto__'],
  tier: ['', 'gold', 'EARLY', 'toString', 0, null, undefined],
  promptTokens: BAD_TOKENS,
  completionTokens: BAD_TOKENS,
  atMs: [...BAD_NUMBERS, 0, 1e18, new Date(0), '2026-10-15T12:00:00Z'],
  comment: ['more than there is'],
}

const MANY = Array.from({ length: MOST_EVENTS + 1 }, (_, number) => eventOf(number))

/** What is no batch of events, and the field that says so. */
export const BAD_BATCHES: readonly { readonly given: unknown; readonly field: string }[] = [
  { given: [], field: 'events' },
  { given: MANY, field: 'events' },
  { given: undefined, field: 'events' },
  { given: null, field: 'events' },
  { given: eventOf(0), field: 'events' },
  { given: 'events', field: 'events' },
  { given: [null], field: 'events[0]' },
  { given: [eventOf(0), 7], field: 'events[1]' },
  { given: [eventOf(0), eventOf(1), { ...eventOf(2), completionTokens: -1 }], field: 'events[2].completionTokens' },
]
