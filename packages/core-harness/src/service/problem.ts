/** The body of an error response: Problem Details for HTTP APIs, RFC 9457, with three members of our own. */
export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The parameter or the part of the body that was wrong. */
  readonly field?: string
  /** The class and the code of the error, where a client makes the same error of it again. */
  readonly name?: string
  readonly code?: string
}

export const PROBLEM_TYPE = 'application/problem+json'

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** What a service answers instead of a result. */
export class Problem extends Error {
  override readonly name: string = 'Problem'
  readonly status: number
  readonly field: string | undefined
  readonly code: string | undefined

  /**
   * @param status of HTTP, 400 to 599
   * @param detail what was found and what is wanted, for the caller to read: nothing secret
   */
  constructor(
    status: number,
    detail: string,
    options: { readonly field?: string; readonly code?: string; readonly cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.field = options.field
    this.code = options.code
  }
}

/** The details of anything that was thrown. What a service did not foresee is told to its log and not to its caller. */
export function problemDetails(error: unknown): ProblemDetails {
  if (error instanceof Problem) {
    const { name, code } = error.cause instanceof Error ? (error.cause as Error & { code?: unknown }) : error
    return {
      ...details(error.status, error.message),
      ...(error.field !== undefined && { field: error.field }),
      ...(error.cause instanceof Error && { name }),
      ...(typeof code === 'string' && { code }),
    }
  }
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode
  // What the framework refuses: a body that is too long or of an unknown type.
  if (typeof status === 'number' && status >= 400 && status < 500) return details(status, (error as Error).message)
  return details(500, 'the service failed in a way that it did not foresee; its log says more')
}

function details(status: number, detail: string): ProblemDetails {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail }
}
