import { types } from 'node:util'

/** An error on its way to another process. */
export interface PackedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** Its own fields, such as `code`, where they are simple values. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause: PackedError | undefined
  /** What an AggregateError holds. */
  readonly errors: readonly PackedError[] | undefined
}

/** Deeper causes are left out; a cause may lead back to its error. */
const DEEPEST = 5

/** Judged without `instanceof`: Jest runs tests in a realm of their own, with another class `Error`. */
export function packError(error: unknown, depth = 0): PackedError {
  const simple = { stack: undefined, fields: {}, cause: undefined, errors: undefined }
  if (!types.isNativeError(error)) return { ...simple, name: 'Error', message: String(error) }
  const { name, message, stack, cause, errors } = error as Error & { errors?: unknown }
  const fields = Object.fromEntries(Object.entries(error).filter(([, field]) => isSimple(field)))
  const inner = (one: unknown): PackedError => packError(one, depth + 1)
  return {
    name,
    message,
    stack,
    fields,
    cause: cause === undefined || depth === DEEPEST ? undefined : inner(cause),
    errors: !Array.isArray(errors) || depth === DEEPEST ? undefined : errors.map(inner),
  }
}

export function unpackError({ name, message, stack, fields, cause, errors }: PackedError): Error {
  const options = cause === undefined ? {} : { cause: unpackError(cause) }
  const error = errors ? new AggregateError(errors.map(unpackError), message, options) : new Error(message, options)
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, fields, { name })
}

function isSimple(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'bigint', 'undefined'].includes(typeof value)
}
