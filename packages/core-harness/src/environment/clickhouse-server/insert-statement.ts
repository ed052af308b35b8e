import { ClickHouseServerError } from './clickhouse-error.ts'
import { tokens, type Token } from './sql-tokens.ts'

/** `INSERT INTO target [clauses] FORMAT format` and where its rows begin. */
export interface InsertWithData {
  kind: 'insert'
  /** `INSERT INTO table (columns)`. */
  target: string
  /** `SETTINGS ...`, or nothing. */
  clauses: string
  format: string
  /** Bytes into the text that was read. */
  dataStart: number
}

const WITHOUT_DATA = new Set(['SELECT', 'WITH', 'WATCH'])

/**
 * @param sql one character a byte, from the first of the statement; anything may follow the head
 * @returns nothing when the rows come from a query
 */
export function insertWithData(sql: string): InsertWithData | undefined {
  let previous: Token | undefined
  let settings: Token | undefined
  for (const token of tokens(sql)) {
    const keyword = token.kind === 'word' && token.depth === 0 && !namesTable(previous) ? token.text : ''
    if (keyword === 'INFILE' && previous?.text === 'FROM') {
      throw new ClickHouseServerError('UNSUPPORTED_METHOD', 'FROM INFILE is not allowed: send the rows in the body')
    }
    if (WITHOUT_DATA.has(keyword)) return undefined
    if (previous?.text === 'FORMAT' && previous.depth === 0 && token.kind === 'word') {
      const name = sql.slice(token.start, token.end)
      return headOf(sql, settings ?? previous, previous, name, afterFormat(sql, token.end))
    }
    if (keyword === 'VALUES') return headOf(sql, settings ?? token, token, 'Values', token.end)
    if (keyword === 'SETTINGS') settings = token
    previous = token.depth === 0 && namesTable(previous) ? { ...token, text: '' } : token
  }
  return undefined
}

/** After these words comes a table, whatever it is called. */
function namesTable(previous: Token | undefined): boolean {
  return previous !== undefined && (previous.text === 'INTO' || previous.text === '.')
}

function headOf(sql: string, targetEnd: Token, dataClause: Token, format: string, dataStart: number): InsertWithData {
  const text = (start: number, end: number) => Buffer.from(sql.slice(start, end), 'latin1').toString('utf8').trim()
  return {
    kind: 'insert',
    target: text(0, targetEnd.start),
    clauses: text(targetEnd.start, dataClause.start),
    format,
    dataStart,
  }
}

/** Rows begin after the line break that follows the format's name, if there is one: a leading tab may be data. */
function afterFormat(sql: string, end: number): number {
  return end + (/^[ \t\f]*(?:\r?\n)?/.exec(sql.slice(end, end + 1024))?.[0].length ?? 0)
}
