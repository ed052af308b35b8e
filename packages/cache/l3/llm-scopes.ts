import type { CacheValue, LlmRequest } from '../src/contract.ts'
import { requestOf } from './llm-requests.ts'

const SEARCH = { name: 'search', parameters: { query: 'string' } }
const REFUND = { name: 'refund', parameters: { amount: 'number' } }

/** Each differs from the base in one part of the scope alone. */
const ONE_PART_EACH: readonly Partial<LlmRequest>[] = [
  {},
  { tenant: 'globex' },
  { model: 'gpt-4o' },
  { temperature: 0.7 },
  { systemPrompt: 'You answer questions about the product, in French.' },
  { tools: [SEARCH] },
]

/** Scopes that meet when their parts are joined, trimmed, folded, rounded or compared loosely. */
const CRAFTED: readonly Partial<LlmRequest>[] = [
  ...['|', ':', '/', ',', ' ', '\n', '\0', '::', '","', '\u001f'].flatMap((delimiter) => [
    { tenant: 'a', model: `b${delimiter}c` },
    { tenant: `a${delimiter}b`, model: 'c' },
  ]),
  { tenant: 'ab', model: 'c' },
  { tenant: 'a', model: 'bc' },
  { tenant: 'a', model: '', systemPrompt: 'b' },
  { tenant: '', model: 'a', systemPrompt: 'b' },
  { tenant: 'ACME' },
  { tenant: ' acme' },
  { tenant: 'acme ' },
  { tenant: 'acme*' },
  { tenant: 'acm?' },
  { tenant: '{acme}' },
  { tenant: 'ácme' },
  { tenant: 'a\u0301cme' },
  { tenant: '\ud800' },
  { tenant: '\ud801' },
  { tenant: '__proto__' },
  { model: 'gpt-4', temperature: 11 },
  { model: 'gpt-41', temperature: 1 },
  { temperature: 0.1 + 0.2 },
  { temperature: 0.3 },
  { temperature: 1e-9 },
  { temperature: 1 },
  { tools: [SEARCH, REFUND] },
  { tools: [REFUND, SEARCH] },
  { tools: [[SEARCH, REFUND]] },
  { tools: [{ ...SEARCH, parameters: {} }] },
  { tools: [null] },
  { tools: [[]] },
  { tools: [{}] },
  { tools: [''] },
  { tools: ['1'] },
  { tools: [1] },
  { tools: [true] },
  { tools: ['a', 'b'] },
  { tools: ['a,b'] },
  { tools: [JSON.stringify(SEARCH)] },
  { systemPrompt: '' },
  { systemPrompt: '[]' },
]

/**
 * Requests with one prompt and scopes of which no two are the same: whatever two of them share an answer, it leaked.
 */
export function requestsOfDistinctScopes(): readonly LlmRequest[] {
  return [...ONE_PART_EACH, ...CRAFTED].map((parts) => requestOf(parts))
}

/** A request in words: its scope without the long parts. For messages. */
export function describeScope({ tenant, model, temperature, systemPrompt, tools }: LlmRequest): string {
  return JSON.stringify([tenant, model, temperature, systemPrompt, tools as CacheValue])
}
