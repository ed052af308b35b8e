import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ClickHouseServerError } from './clickhouse-error.ts'

export interface Credentials {
  user: string
  password: string
}

/** As a ClickHouse that nobody has configured: the user `default`, without a password. */
export function expectedCredentials(env: NodeJS.ProcessEnv): Credentials {
  return { user: env['CLICKHOUSE_USER'] || 'default', password: env['CLICKHOUSE_PASSWORD'] ?? '' }
}

/** @throws ClickHouseServerError AUTHENTICATION_FAILED, the same whether the user or the password is wrong */
export function authenticate(expected: Credentials, request: IncomingMessage, search: URLSearchParams) {
  const given = givenCredentials(request, search)
  const user = isSame(given.user, expected.user)
  const password = isSame(given.password, expected.password)
  if (user && password) return
  throw new ClickHouseServerError(
    'AUTHENTICATION_FAILED',
    `${given.user}: Authentication failed: password is incorrect, or there is no user with such name`,
  )
}

function givenCredentials(request: IncomingMessage, search: URLSearchParams): Credentials {
  const basic = /^basic (.*)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  const header = (name: string) => request.headers[name]?.toString()
  return {
    user: header('x-clickhouse-user') ?? search.get('user') ?? 'default',
    password: header('x-clickhouse-key') ?? search.get('password') ?? '',
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
