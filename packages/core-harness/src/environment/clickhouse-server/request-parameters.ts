import type { IncomingMessage } from 'node:http'
import { ClickHouseServerError } from './clickhouse-error.ts'

/** What the URL, the headers and the fields of a form say about a query. */
export interface RequestParameters {
  /** SQL; the body continues it. */
  query: string
  queryId?: string
  database?: string
  defaultFormat: string
  settings: Record<string, string>
  /** Values for `{name:Type}`. */
  parameters: Record<string, string>
  /** How much of a result is held back, so that a failure can still have a status of its own. Infinity: all of it. */
  holdBackBytes: number
}

/** As in ClickHouse, where a response starts when its buffer of this size is full. */
const DEFAULT_HOLD_BACK_BYTES = 1024 * 1024

/** Read elsewhere, or of no consequence here. */
const NOT_SETTINGS = new Set(
  (
    'query query_id database default_format user password quota_key stacktrace client_protocol_version ' +
    'wait_end_of_query buffer_size session_timeout session_check close_session'
  ).split(' '),
)

const UNSUPPORTED: Record<string, string> = {
  session_id: 'Sessions are not supported here: put what must share a session into one statement, or use settings',
  role: 'Roles are not supported here: leave the parameter "role" out',
  compress: 'The native compression is not supported here: use enable_http_compression=1 and Accept-Encoding',
  decompress: 'The native compression is not supported here: use Content-Encoding',
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** @throws ClickHouseServerError */
export function readParameters(search: URLSearchParams, request: IncomingMessage): RequestParameters {
  const settings: Record<string, string> = {}
  const parameters: Record<string, string> = {}
  for (const [name, value] of search) {
    const unsupported = UNSUPPORTED[name]
    if (unsupported !== undefined && value !== '' && value !== '0') {
      throw new ClickHouseServerError('NOT_IMPLEMENTED', unsupported)
    }
    if (unsupported !== undefined || NOT_SETTINGS.has(name)) continue
    if (name.startsWith('param_')) parameters[parameterName(name)] = value
    else settings[settingName(name)] = value
  }
  // As in ClickHouse: a GET must not change anything.
  if (request.method !== 'POST') settings['readonly'] ??= '2'

  const text = (name: string, header: string) => search.get(name) || headerText(request, header)
  const queryId = search.get('query_id')
  const database = text('database', 'x-clickhouse-database')
  return {
    query: search.get('query') ?? '',
    ...(queryId ? { queryId } : {}),
    ...(database ? { database } : {}),
    defaultFormat: text('default_format', 'x-clickhouse-format') || 'TabSeparated',
    settings,
    parameters,
    holdBackBytes: isOn(search.get('wait_end_of_query')) ? Infinity : bufferSize(search.get('buffer_size')),
  }
}

function isOn(flag: string | null): boolean {
  return flag === '1' || flag === 'true'
}

function bufferSize(text: string | null): number {
  if (text === null || text === '') return DEFAULT_HOLD_BACK_BYTES
  const bytes = Number(text)
  if (Number.isInteger(bytes) && bytes >= 0) return Math.max(bytes, DEFAULT_HOLD_BACK_BYTES)
  throw new ClickHouseServerError('BAD_ARGUMENTS', `buffer_size is "${text}": give a number of bytes`)
}

function parameterName(name: string): string {
  const bare = name.slice('param_'.length)
  if (/^\w+$/.test(bare)) return bare
  throw new ClickHouseServerError('BAD_ARGUMENTS', `"${name}" names no query parameter: use letters, digits and _`)
}

function settingName(name: string): string {
  if (NAME.test(name)) return name
  throw new ClickHouseServerError({ code: 115, type: 'UNKNOWN_SETTING' }, `Unknown setting '${name}'`)
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}
