/** The body of every error of the API: https://platform.openai.com/docs/guides/error-codes */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

/** It names what ran out; `tokens` is the other. */
const TYPE_OF_429 = 'requests'

/** What the API answers instead of a result. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly param: string | null
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    options: {
      readonly param?: string
      readonly code?: string
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(message)
    this.status = status
    this.param = options.param ?? null
    this.code = options.code ?? null
    this.headers = options.headers ?? {}
  }

  body(): ErrorBody {
    return {
      error: {
        message: this.message,
        type: this.status === 429 ? TYPE_OF_429 : this.status >= 500 ? 'server_error' : 'invalid_request_error',
        param: this.param,
        code: this.code,
      },
    }
  }
}

/** The real API may do it; this one does not, and says so rather than answer something else. */
export function unsupported(param: string, what: string): ApiError {
  return new ApiError(400, `The sandbox does not support ${what}: leave it out.`, {
    param,
    code: 'unsupported_by_sandbox',
  })
}

export function unknownModel(model: string): ApiError {
  return new ApiError(404, `There is no model "${model}" here; GET /v1/models lists those that there are.`, {
    param: 'model',
    code: 'model_not_found',
  })
}
