import { createHash } from 'node:crypto'

const SHORTEST_PREFIX_TOKENS = 1_024
const STEP_TOKENS = 128
const MOST_PREFIXES = 10_000

/**
 * Which prompts begin as an earlier one did: such tokens are `cached_tokens` of the usage, from 1,024 on, in steps of 128
 * (https://platform.openai.com/docs/guides/prompt-caching). Only whole messages are compared, and nothing expires but the
 * longest unused of 10,000.
 */
export class PromptCache {
  readonly #seen = new Set<string>()

  /**
   * Looks a prompt up, and keeps it.
   *
   * @param scope what tells prompts apart besides their messages: model, tools
   * @param parts each message, as text, with its tokens
   * @returns how many of its tokens were there before
   */
  cachedTokens(scope: string, parts: readonly { readonly text: string; readonly tokens: number }[]): number {
    if (parts.reduce((sum, { tokens }) => sum + tokens, 0) < SHORTEST_PREFIX_TOKENS) return 0
    let [prefix, tokens, known] = [digest(scope), 0, 0]
    for (const part of parts) {
      prefix = digest(prefix + part.text)
      tokens += part.tokens
      if (tokens < SHORTEST_PREFIX_TOKENS) continue
      if (this.#seen.delete(prefix)) known = tokens
      this.#seen.add(prefix)
    }
    for (const oldest of this.#seen) {
      if (this.#seen.size <= MOST_PREFIXES) break
      this.#seen.delete(oldest)
    }
    return Math.floor(known / STEP_TOKENS) * STEP_TOKENS
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
