import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Makes the check of an `Authorization` header against a bearer token (RFC 6750). Takes as long for any header of a length.
 *
 * @returns true when the header shows the token
 */
export function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const wanted = digest(token)
  return (authorization = '') => {
    const [, shown] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? []
    return timingSafeEqual(digest(shown ?? ''), wanted) && shown !== undefined
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
