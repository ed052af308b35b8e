/**
 * A mistake or a lack that the user can mend. Commands print `message` and `remedy` without a stack trace and exit with
 * `exitCode`.
 */
export class HarnessError extends Error {
  readonly remedy: string | undefined
  readonly exitCode: number

  /**
   * @param message what was being done, and what was found
   * @param options.remedy what to do next, often a command
   */
  constructor(message: string, options: { remedy?: string; cause?: unknown; exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HarnessError'
    this.remedy = options.remedy
    this.exitCode = options.exitCode ?? 1
  }

  /** What a person reads. */
  explain(): string {
    return this.remedy === undefined ? this.message : `${this.message}\n  ${this.remedy}`
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map((inner: unknown) => messageOf(inner)).join('; ')
  return error instanceof Error ? error.message : String(error)
}
