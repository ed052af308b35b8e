/** Codes this server raises itself, as in ClickHouse's ErrorCodes.cpp; the engine's own pass through unchanged. */
const CODES = {
  UNSUPPORTED_METHOD: 1,
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  LOGICAL_ERROR: 49,
  SYNTAX_ERROR: 62,
  UNKNOWN_COMPRESSION_METHOD: 89,
  QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING: 216,
  QUERY_IS_TOO_LARGE: 229,
  ABORTED: 236,
  CANNOT_DECOMPRESS: 271,
  ZLIB_INFLATE_FAILED: 354,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  AUTHENTICATION_FAILED: 516,
  UNKNOWN_EXCEPTION: 1002,
} as const

export type ErrorType = keyof typeof CODES

/** A failure as ClickHouse reports it: a number, its name, and one sentence for a person. */
export class ClickHouseServerError extends Error {
  override name = 'ClickHouseServerError'
  readonly code: number
  readonly type: string

  constructor(type: ErrorType | { code: number; type: string }, message: string) {
    super(message)
    this.code = typeof type === 'string' ? CODES[type] : type.code
    this.type = typeof type === 'string' ? type : type.type
  }

  /** The response body: the wording that clients take `code` and `type` from. */
  toBody(version: string): string {
    const end = /[.!?]$/.test(this.message) ? '' : '.'
    return `Code: ${this.code}. DB::Exception: ${this.message}${end} (${this.type}) (version ${version})\n`
  }
}

const LEADING_CODE = /^Code: (\d+)\. DB::Exception: /
const TRAILING_TYPE = /[.\s]*\(([A-Z][A-Z0-9_]{2,})\)(?: \(version [^()]*(?:\([^()]*\))?\))?[.\s]*$/
// Inserts reach the engine through a private file, whose name means nothing to the sender of the rows.
const SPOOL_FILE = /: \(in file\/uri [^)]*\)/g
const SPOOL_SOURCE = /: While executing File: data for INSERT was parsed from file/g

/**
 * The engine's message, once: it wraps an exception in itself each time that it passes it on, repeating code and type.
 * A message without a code (the binding's own) becomes UNKNOWN_EXCEPTION.
 */
export function fromEngineMessage(raw: string): ClickHouseServerError {
  let message = raw
  let code: number | undefined
  let type: string | undefined
  for (let match = LEADING_CODE.exec(message); match; match = LEADING_CODE.exec(message)) {
    code = Number(match[1])
    message = message.slice(match[0].length)
  }
  for (let match = TRAILING_TYPE.exec(message); match; match = TRAILING_TYPE.exec(message)) {
    type = match[1]
    message = message.slice(0, match.index)
  }
  message = message.replace(SPOOL_FILE, '').replace(SPOOL_SOURCE, '').trim()
  if (code === undefined) return new ClickHouseServerError('UNKNOWN_EXCEPTION', message || 'The engine gave no reason')
  return new ClickHouseServerError({ code, type: type ?? 'UNKNOWN_EXCEPTION' }, message)
}
