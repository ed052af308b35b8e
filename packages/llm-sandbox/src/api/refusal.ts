import { bearerCheck } from '@proving-ground/core-harness/service'
import type { FastifyInstance } from '@proving-ground/core-harness/service'
import { ApiError } from './error.ts'

/** Makes an app refuse what the API refuses, and in its words: no key or a wrong one, unknown routes, and what routes throw. */
export function refuseAsTheApi(app: FastifyInstance, apiKey: string): void {
  const isShown = bearerCheck(apiKey)
  app.addHook('onRequest', ({ headers }, _reply, next) => {
    if (isShown(headers.authorization)) return next()
    next(
      headers.authorization === undefined
        ? new ApiError(401, 'The request shows no key: send the header "Authorization: Bearer <key>".')
        : new ApiError(401, 'The key that the request shows is not the right one.', { code: 'invalid_api_key' }),
    )
  })
  app.setNotFoundHandler((request) => {
    throw new ApiError(404, `There is no ${request.method} ${request.url.split('?', 1)[0] as string}.`, {
      code: 'unknown_url',
    })
  })
  app.setErrorHandler((error, _request, reply) => {
    const refusal = error instanceof ApiError ? error : ofFramework(error)
    // What was not foreseen is for the log of the service.
    if (!refusal) throw error
    return reply.code(refusal.status).headers(refusal.headers).send(refusal.body())
  })
}

/** What was refused before a route saw it: a body that is too long, of another type, or no JSON. */
function ofFramework(error: unknown): ApiError | undefined {
  const { statusCode, message } = error as { readonly statusCode?: unknown; readonly message?: unknown }
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined
  return new ApiError(statusCode, String(message))
}
