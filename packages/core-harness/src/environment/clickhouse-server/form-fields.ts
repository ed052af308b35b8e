import { ClickHouseServerError } from './clickhouse-error.ts'
import type { RequestBody } from './request-body.ts'

const MAX_FORM_BYTES = 64 * 1024 * 1024

export function isForm(contentType: string | undefined): contentType is string {
  return contentType?.toLowerCase().startsWith('multipart/form-data') ?? false
}

/**
 * The fields of a form, in which a client sends query parameters too long for a URL.
 *
 * @throws ClickHouseServerError, UploadAbortedError
 */
export async function readFormFields(contentType: string, body: RequestBody): Promise<[string, string][]> {
  const chunks: Buffer[] = []
  let bytes = 0
  for (let chunk = await body.next(); chunk; chunk = await body.next()) {
    bytes += chunks.push(chunk) && chunk.length
    if (bytes > MAX_FORM_BYTES) {
      throw new ClickHouseServerError('QUERY_IS_TOO_LARGE', `The form is longer than ${MAX_FORM_BYTES} bytes`)
    }
  }
  const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': contentType } })
    .formData()
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ClickHouseServerError('BAD_ARGUMENTS', `The body is no multipart/form-data (${reason})`)
    })
  return [...form].map(([name, value]) => {
    if (typeof value === 'string') return [name, value]
    throw new ClickHouseServerError(
      'NOT_IMPLEMENTED',
      `External data ("${name}") is not supported here: insert it first`,
    )
  })
}
