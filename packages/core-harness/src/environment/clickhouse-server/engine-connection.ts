import { identifier, stringLiteral } from './sql-literal.ts'
import type { NativeBinding, NativeConnection } from './native-binding.ts'
import type { ExecutionPlan } from './engine-messages.ts'

export interface EngineOptions {
  path: string
  /** Of the whole server. */
  maxMemoryBytes?: number
}

/** The engine's default, in bytes; a character of ours has up to four. */
const MAX_QUERY_SIZE = 262_144

/** Where the embedded engine's defaults differ from a server's. */
const SERVER_DEFAULTS = ['--implicit_select=0', '--allow_introspection_functions=0', '--progress=off']

export function connect(binding: NativeBinding, options: EngineOptions): NativeConnection {
  const memory = options.maxMemoryBytes === undefined ? [] : [`--max_server_memory_usage=${options.maxMemoryBytes}`]
  return binding.CreateConnection(options.path, [...SERVER_DEFAULTS, ...memory])
}

/**
 * Gives a new connection the database, settings and parameters of one request. All three are state of a connection, and
 * no request ever sees the connection of another, so none can leak.
 */
export async function prepare(binding: NativeBinding, connection: NativeConnection, plan: ExecutionPlan) {
  if (plan.database !== undefined) {
    await binding.QueryAsyncConnection(connection, `USE ${identifier(plan.database)}`, 'Null')
  }
  const assignments = [
    ...Object.entries(plan.parameters).map(([name, value]) => `param_${name} = ${stringLiteral(value)}`),
    ...Object.entries(plan.settings).map(([name, value]) => `${name} = ${stringLiteral(value)}`),
  ]
  if (assignments.length === 0) return
  const sql = `SET ${assignments.join(', ')}`
  const set = (text: string) => binding.QueryAsyncConnection(connection, text, 'Null')
  if (sql.length < MAX_QUERY_SIZE / 4) {
    await set(sql)
    return
  }
  // Values of parameters are no part of the statement, so its limit, which the engine has for any SQL, is not theirs.
  await set(`SET max_query_size = ${sql.length * 4}`)
  await set(sql)
  if (!('max_query_size' in plan.settings)) await set(`SET max_query_size = ${MAX_QUERY_SIZE}`)
}
