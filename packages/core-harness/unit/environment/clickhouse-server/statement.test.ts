import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fromEngineMessage } from '../../../src/environment/clickhouse-server/clickhouse-error.ts'
import { identifier, stringLiteral } from '../../../src/environment/clickhouse-server/sql-literal.ts'
import { tokens } from '../../../src/environment/clickhouse-server/sql-tokens.ts'
import { readStatement } from '../../../src/environment/clickhouse-server/statement.ts'

const read = (sql: string) => readStatement(Buffer.from(sql))

test.each([
  ['INSERT INTO t FORMAT CSV\n1,2', 'INSERT INTO t', '', 'CSV', '1,2'],
  ['insert into t (a, b) values (1)', 'insert into t (a, b)', '', 'Values', ' (1)'],
  ['INSERT INTO t FORMAT TSV\n\tx\n', 'INSERT INTO t', '', 'TSV', '\tx\n'],
  [
    'INSERT INTO db.`values` SETTINGS a = 1 FORMAT JSONEachRow {}',
    'INSERT INTO db.`values`',
    'SETTINGS a = 1',
    'JSONEachRow',
    '{}',
  ],
  ['INSERT INTO values VALUES (1)', 'INSERT INTO values', '', 'Values', ' (1)'],
  [
    '-- VALUES\nINSERT INTO db.format /* FORMAT X */ FORMAT CSV\r\n1',
    '-- VALUES\nINSERT INTO db.format /* FORMAT X */',
    '',
    'CSV',
    '1',
  ],
  [
    "INSERT INTO FUNCTION file('x VALUES') (format, `se'lect`) FORMAT CSV\n'",
    "INSERT INTO FUNCTION file('x VALUES') (format, `se'lect`)",
    '',
    'CSV',
    "'",
  ],
  ['INSERT INTO `é` FORMAT CSV\né', 'INSERT INTO `é`', '', 'CSV', 'é'],
])('finds the rows of %j', (sql, target, clauses, format, data) => {
  const statement = read(sql)
  expect(statement).toMatchObject({ kind: 'insert', target, clauses, format })
  if (statement.kind === 'insert') expect(Buffer.from(sql).subarray(statement.dataStart).toString()).toBe(data)
})

test.each([
  ['SELECT 1 FORMAT JSON', 'read', 'JSON', true],
  ['SELECT format FROM t', 'read', undefined, true],
  ["SELECT 'FORMAT CSV'", 'read', undefined, true],
  ['(SELECT 1) UNION ALL (SELECT 2 FORMAT CSV) FORMAT TSV SETTINGS max_threads = 1;;', 'read', 'TSV', true],
  ['SELECT k, count() FROM t GROUP BY k WITH TOTALS', 'read', undefined, false],
  ['SHOW TABLES FORMAT JSON', 'read', 'JSON', false],
  ['INSERT INTO t SELECT * FROM values', 'write', undefined, false],
  ['INSERT INTO t (a) WITH 1 AS x SELECT x', 'write', undefined, false],
  ['CREATE TABLE t (a Int8) ENGINE = Memory', 'write', undefined, false],
  ['ALTER TABLE t DELETE WHERE 1', 'command', undefined, false],
])('reads %j', (sql, kind, format, pieces) => {
  expect(read(sql)).toMatchObject({ kind, pieces, ...(format === undefined ? {} : { format }) })
  if (format === undefined) expect(read(sql)).not.toHaveProperty('format')
})

test.each(["SELECT ';'; -- ; \n", 'SELECT "a;b" /* ; */', 'SELECT $x$ ; $x$', 'SELECT `;` # ; c'])(
  '%j is one statement',
  (sql) => {
    expect(read(sql).kind).toBe('read')
  },
)

test.each(['SELECT 1; SELECT 2', "SELECT '\\''; DROP TABLE t", 'CREATE TABLE t (a Int8); x'])(
  '%j is refused',
  (sql) => {
    expect(() => read(sql)).toThrow('Multi-statements are not allowed')
  },
)

test('a quoted value is one token, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const sql = `SELECT ${stringLiteral(value)}, ${identifier(value)};`
      expect([...tokens(sql)].map(({ kind }) => kind)).toEqual(['word', 'quoted', 'symbol', 'quoted', 'symbol'])
    }),
  )
})

test('tokens lie in order and cover whatever is written', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...' \n\'"`$(){}[];-/*#\\aZ9.é') }), (sql) => {
      let end = 0
      for (const token of tokens(sql)) {
        expect(token.start).toBeGreaterThanOrEqual(end)
        expect(token.end).toBeGreaterThan(token.start)
        end = token.end
      }
      expect(end).toBeLessThanOrEqual(sql.length)
    }),
  )
})

test('an exception wrapped in itself is told once', () => {
  const wrapped =
    'Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7.2.1). (UNKNOWN_FORMAT)'
  const error = fromEngineMessage(wrapped)
  expect(error.toBody('26.7')).toBe('Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7)\n')
})
