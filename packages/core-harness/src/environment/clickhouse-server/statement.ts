import { ClickHouseServerError } from './clickhouse-error.ts'
import { insertWithData, type InsertWithData } from './insert-statement.ts'
import { tokens, type Token } from './sql-tokens.ts'

export interface PlainStatement {
  /** `read` returns rows and changes nothing, so it may be cancelled; `write` counts rows; `command` is the rest. */
  kind: 'read' | 'write' | 'command'
  sql: string
  /** Of its FORMAT clause. */
  format?: string
  /** Only a SELECT can be read in pieces, and only when no totals follow its rows. */
  pieces: boolean
}

export type Statement = PlainStatement | InsertWithData

const SELECTS = new Set(['SELECT', 'WITH', 'FROM'])
const READS = new Set([...SELECTS, 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN', 'CHECK'])
const WRITES = new Set(['INSERT', 'CREATE'])

/**
 * What a request asks for.
 *
 * @param text the statement, with the beginning of its data if it is an INSERT
 * @throws ClickHouseServerError for what a ClickHouse server refuses before it parses: nothing at all, two statements, files
 */
export function readStatement(text: Buffer): Statement {
  const sql = text.toString('latin1')
  const head = tokens(sql)
  const first = firstKeyword(head)
  if (first === undefined)
    throw new ClickHouseServerError('SYNTAX_ERROR', 'Empty query: send SQL in the body or ?query=')
  if (first === 'INSERT') {
    const insert = insertWithData(sql)
    if (insert) return insert
  }
  if (first === 'KILL') {
    throw new ClickHouseServerError(
      'NOT_IMPLEMENTED',
      'KILL is not supported here: abort the request of the query instead',
    )
  }
  return plain(text, first, sql)
}

function firstKeyword(all: Iterable<Token>): string | undefined {
  for (const token of all) {
    if (token.text === '(') continue
    if (token.text === ';') return undefined
    if (token.kind === 'symbol') {
      throw new ClickHouseServerError(
        'SYNTAX_ERROR',
        `Syntax error: failed at position ${token.start + 1}: not a statement`,
      )
    }
    return token.text
  }
  return undefined
}

function plain(text: Buffer, first: string, sql: string): PlainStatement {
  let end = text.length
  let ended = false
  let totals = false
  const outer: Token[] = []
  for (const token of tokens(sql)) {
    if (token.text === ';') {
      if (!ended) end = token.start
      ended = true
      continue
    }
    if (ended) {
      throw new ClickHouseServerError(
        'SYNTAX_ERROR',
        'Syntax error (Multi-statements are not allowed): send one a request',
      )
    }
    if (token.kind === 'word' && token.text === 'TOTALS') totals = true
    if (token.depth === 0) outer.push(token)
  }
  refuseFiles(outer)
  const format = formatClause(outer, sql)
  return {
    kind: READS.has(first) ? 'read' : WRITES.has(first) ? 'write' : 'command',
    sql: text.subarray(0, end).toString('utf8'),
    pieces: SELECTS.has(first) && !totals,
    ...(format === undefined ? {} : { format }),
  }
}

/** Files of the machine are the client's business in ClickHouse, and no server opens them for a request. */
function refuseFiles(outer: readonly Token[]) {
  outer.forEach((token, index) => {
    const before = outer[index - 1]?.text
    if (token.text === 'OUTFILE' && before === 'INTO') {
      throw new ClickHouseServerError(
        'INTO_OUTFILE_NOT_ALLOWED',
        'INTO OUTFILE is not allowed: read the response instead',
      )
    }
    if (token.text === 'INFILE' && before === 'FROM') {
      throw new ClickHouseServerError('UNSUPPORTED_METHOD', 'FROM INFILE is not allowed: send the rows in the body')
    }
  })
}

/** `FORMAT name` is a clause only where nothing but SETTINGS may follow; elsewhere `format` is an ordinary name. */
function formatClause(outer: readonly Token[], sql: string): string | undefined {
  for (let index = outer.length - 2; index > 0; index -= 1) {
    const name = outer[index + 1]
    const next = outer[index + 2]
    if (outer[index]?.text === 'FORMAT' && name?.kind === 'word' && (next === undefined || next.text === 'SETTINGS')) {
      return sql.slice(name.start, name.end)
    }
  }
  return undefined
}
