import { readChatRequest } from '../api/chat/request.ts'
import { ApiError } from '../api/error.ts'
import { readResponseRequest } from '../api/responses/request.ts'

/** What the API adds to a prompt and does not document. */
const UNKNOWN_PREAMBLE_TOKENS = 64
/** Of a character beyond ASCII, when it is escaped: `\u00e9`. */
const ESCAPED_LENGTH = 6

export type PaidPath = '/chat/completions' | '/responses' | '/embeddings'

/**
 * How many tokens a request can cost at most: each character of its body as one, since no token is less than a byte, and the
 * longest answer that it allows, for each choice. Characters beyond ASCII count as they are escaped, because the API has been
 * seen to count those of several tool results so (https://community.openai.com/t/1375117).
 *
 * @param body as it will be sent
 * @throws ApiError 400 when there is no bound: no limit of the answer, content that is no text, state on the server, tools
 *   that run there
 */
export function worstCaseTokens(path: PaidPath, body: unknown): number {
  const text = JSON.stringify(body ?? null)
  const beyondAscii = text.match(/[^ -~]/g)?.length ?? 0
  const prompt = text.length + (ESCAPED_LENGTH - 1) * beyondAscii + UNKNOWN_PREAMBLE_TOKENS
  if (path === '/embeddings') return prompt
  const { task } = path === '/responses' ? readResponseRequest(body) : readChatRequest(body)
  if (task.mostTokens === undefined)
    throw new ApiError(400, `A request within a budget has to give ${task.mostTokensParam}.`, {
      param: task.mostTokensParam,
      code: 'unbounded_request',
    })
  return prompt + task.mostTokens * task.choices
}
