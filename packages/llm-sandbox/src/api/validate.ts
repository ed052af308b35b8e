import type { z } from 'zod'
import { ApiError } from './error.ts'

type Issue = z.core.$ZodIssue

/**
 * Reads the body of a request.
 *
 * @throws ApiError 400 naming the first parameter that is wrong
 */
export function validated<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const { param, code, message } = explain(read.error.issues[0] as Issue, body)
  throw new ApiError(400, message, { ...(param !== '' && { param }), code })
}

function explain(issue: Issue, body: unknown): { param: string; code: string; message: string } {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that came furthest is the one that was meant.
    const [furthest] = issue.errors
      .flatMap((issues) => issues.slice(0, 1))
      .sort((a, b) => b.path.length - a.path.length)
    if (furthest && furthest.path.length > 0)
      return explain({ ...furthest, path: [...issue.path, ...furthest.path] } as Issue, body)
  }
  const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] as string] : issue.path
  const param = written(at)
  const isMissing = issue.code !== 'unrecognized_keys' && valueAt(body, at) === undefined
  if (isMissing) return { param, code: 'missing_required_parameter', message: `${param || 'The body'} is missing.` }
  return { param, code: codeOf(issue), message: `${param || 'The body'} is wrong: ${reasonOf(issue)}.` }
}

function reasonOf(issue: Issue): string {
  return issue.code === 'unrecognized_keys' ? 'there is no such parameter' : issue.message
}

function codeOf(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'unknown_parameter'
    case 'too_small':
      return issue.origin === 'array' ? 'array_below_min_length' : 'integer_below_min_value'
    case 'too_big':
      return issue.origin === 'array' ? 'array_above_max_length' : 'integer_above_max_value'
    case 'invalid_type':
      return 'invalid_type'
    case 'invalid_union':
      // Without branches it is a word that names none of them.
      return issue.errors.length === 0 ? 'invalid_value' : 'invalid_type'
    default:
      return 'invalid_value'
  }
}

/** As the API writes it: `messages[0].role`. */
function written(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  )
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | null | undefined)?.[part], body)
}
