import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ITEMS } from '../../examples/hermitage/script.ts'
import { SCRIPTS } from '../../examples/hermitage/scripts.ts'
import { Stage } from '../../examples/hermitage/stage.ts'
import { anomalyTable, phenomenaTable, playAll, verdictTable } from '../../examples/hermitage/tables.ts'
import type { Results } from '../../examples/hermitage/tables.ts'
import { WORKLOAD_TABLES, judgeLevel } from '../../examples/hermitage/workloads.ts'
import type { Judged } from '../../examples/hermitage/workloads.ts'
import { EnvironmentClient } from '../../src/environment/index.ts'

/** Real PostgreSQL, held against its documentation and against the checkers. */
const readme = readFileSync(new URL('../../examples/hermitage/README.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'hermitage-'))
let environment: EnvironmentClient
let url: string
let results: Results
const judged: Judged[] = []

beforeAll(async () => {
  environment = await EnvironmentClient.connect()
  ;({ url } = await environment.lease('postgres', { migrations: [ITEMS, ...WORKLOAD_TABLES] }))
  const stage = await Stage.open(url)
  results = await playAll(stage)
  await stage.close()
  for (const level of ['read committed', 'repeatable read', 'serializable'] as const)
    judged.push(...(await judgeLevel(url, level, folder, 1)))
}, 60_000)

afterAll(() => {
  environment.close()
  rmSync(folder, { recursive: true })
})

/** The levels at which an anomaly is possible: what is publicly known of Hermitage's results on PostgreSQL. */
const POSSIBLE: Readonly<Record<string, readonly string[]>> = {
  G0: [],
  G1a: [],
  G1b: [],
  G1c: [],
  OTV: [],
  P2: ['read uncommitted', 'read committed'],
  PMP: ['read uncommitted', 'read committed'],
  P4: ['read uncommitted', 'read committed'],
  'G-single': ['read uncommitted', 'read committed'],
  'G2-item': ['read uncommitted', 'read committed', 'repeatable read'],
  G2: ['read uncommitted', 'read committed', 'repeatable read'],
}

test('each level allows the anomalies that it is known to allow', () => {
  const found = SCRIPTS.map(({ name }) => {
    const levels = Object.entries(results.get(name) ?? {}).filter(([, { happened }]) => happened)
    return [name, levels.map(([level]) => level)]
  })
  expect(Object.fromEntries(found)).toEqual(POSSIBLE)
})

test('the phenomena of the standard come out as in the documentation of PostgreSQL, table 13.1', () => {
  expect(
    phenomenaTable(results)
      .split('\n')
      .slice(1)
      .map((row) => row.split(/ {2,}/)),
  ).toEqual([
    ['read uncommitted', 'not possible', 'possible', 'possible', 'possible'],
    ['read committed', 'not possible', 'possible', 'possible', 'possible'],
    ['repeatable read', 'not possible', 'not possible', 'not possible', 'possible'],
    ['serializable', 'not possible', 'not possible', 'not possible', 'not possible'],
  ])
})

test('a lost update is prevented by a refusal, after it has waited', () => {
  expect(results.get('P4')?.['repeatable read'].transcript).toEqual([
    'T1: SELECT value FROM item WHERE id = 1 → [10]',
    'T2: SELECT value FROM item WHERE id = 1 → [10]',
    'T1: UPDATE item SET value = 11 WHERE id = 1 → done',
    'T2: UPDATE item SET value = 12 WHERE id = 1 → waits',
    'T1: COMMIT → done',
    'T2: UPDATE item SET value = 12 WHERE id = 1 → refused (40001)',
  ])
})

test('the checkers find that read committed loses updates', () => {
  expect(verdictsAt('read committed')).toEqual({
    'read-committed': 'valid',
    'repeatable-read': 'invalid lost-update G-single',
    serializable: expect.stringMatching(/^invalid lost-update G-single/),
    bank: 'invalid wrong-total',
  })
})

test('the checkers find that repeatable read allows write skew, and nothing graver', () => {
  expect(verdictsAt('repeatable read')).toEqual({
    'read-committed': 'valid',
    'repeatable-read': 'valid',
    serializable: 'invalid G2-item',
    bank: 'valid',
  })
})

test('the checkers find nothing at serializable, where there was enough to find', () => {
  expect(verdictsAt('serializable')).toEqual({
    'read-committed': 'valid',
    'repeatable-read': 'valid',
    serializable: 'valid',
    bank: 'valid',
  })
  for (const { level, refused } of judged) if (level !== 'read committed') expect(refused).toBeGreaterThan(10)
})

test('the README shows the tables as they come out', () => {
  expect(readme).toContain(`\`\`\`text\n${anomalyTable(results)}\n\`\`\``)
  expect(readme).toContain(`\`\`\`text\n${phenomenaTable(results)}\n\`\`\``)
  expect(readme).toContain(`\`\`\`text\n${verdictTable(judged)}\n\`\`\``)
})

function verdictsAt(wanted: string): Record<string, string> {
  const rows = judged.filter(({ level }) => level === wanted)
  return Object.fromEntries(rows.map(({ model, verdict, kinds }) => [model, [verdict, ...kinds].join(' ')]))
}
