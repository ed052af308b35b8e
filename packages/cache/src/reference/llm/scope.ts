import { createHash } from 'node:crypto'
import type { LlmRequest } from '../../contract.ts'
import { encodeCanonically } from './canonical-encoding.ts'

/** What an answer depends on besides the prompt. */
export type LlmScope = Omit<LlmRequest, 'prompt'>

/**
 * Names the scope of a request: SHA-256 over an unambiguous encoding of tenant, model, temperature, system prompt and
 * tools, 43 characters of base64url. Two requests have one name exactly when all five are equal, so a boundary shifted
 * between two fields ('a' + 'b|c', 'a|b' + 'c') never makes them meet.
 *
 * @throws TypeError when the temperature is not finite or a tool is no plain data
 */
export function scopeOf({ tenant, model, temperature, systemPrompt, tools }: LlmScope): string {
  return digest(encodeCanonically([tenant, model, temperature, systemPrompt, tools]))
}

/** Names a prompt within its scope; the exact key of an answer. 43 characters of base64url. */
export function promptIdOf(scope: string, prompt: string): string {
  return digest(encodeCanonically([scope, prompt]))
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}
