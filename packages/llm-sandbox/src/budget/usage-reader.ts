const END = /^(data: ?\[DONE\]|event: ?response\.(completed|incomplete|failed))\r?$/m

/**
 * Reads a stream of server-sent events on its way for the usage that it tells. Where the usage was asked for in place of the
 * caller it is taken out again, so that the caller sees the stream that it ordered.
 */
export class UsageReader {
  readonly #isHidden: boolean
  #rest = ''
  #totalTokens: number | undefined
  #isComplete = false

  constructor({ isHidden }: { readonly isHidden: boolean }) {
    this.#isHidden = isHidden
  }

  /** What a stream that came to its end has told; undefined before, and when it never did. */
  get totalTokens(): number | undefined {
    return this.#isComplete ? this.#totalTokens : undefined
  }

  /** @returns what goes on to the caller; whole events only */
  read(text: string): string {
    const events = (this.#rest + text).split(/(?<=\r?\n\r?\n)/)
    this.#rest = /\r?\n\r?\n$/.test(events.at(-1) ?? '') ? '' : (events.pop() ?? '')
    return events.map((event) => this.#shown(event)).join('')
  }

  #shown(event: string): string {
    // Some servers tell in between what was used so far, so that only the end is the whole truth.
    if (END.test(event)) this.#isComplete = true
    const [, data] = /^data: ?(\{.*\})\r?$/m.exec(event) ?? []
    if (data === undefined || !data.includes('"usage"')) return event
    const told = parse(data)
    this.#totalTokens = totalTokensOf(told) ?? this.#totalTokens
    if (!this.#isHidden || told === undefined) return event
    const { usage: _usage, ...rest } = told
    return Array.isArray(rest.choices) && rest.choices.length === 0 ? '' : `data: ${JSON.stringify(rest)}\n\n`
  }
}

/** `usage.total_tokens` of an answer, or of the response in an event. */
export function totalTokensOf(told: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const usage = (told?.usage ?? (told?.response as Record<string, unknown> | undefined)?.usage) as
    { readonly total_tokens?: unknown } | null | undefined
  return typeof usage?.total_tokens === 'number' ? usage.total_tokens : undefined
}

/** Undefined for what is no object of JSON. */
export function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
