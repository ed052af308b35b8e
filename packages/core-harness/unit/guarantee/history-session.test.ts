import { afterAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { HistorySession } from '../../src/guarantee/history-session.ts'
import { readHistory } from '../../src/history/read-history.ts'

const SECOND_NS = 1e9
const runDirectory = mkdtempSync(join(tmpdir(), 'proving-ground-session-'))
afterAll(() => rmSync(runDirectory, { recursive: true }))

function session(label?: string): HistorySession {
  const settings = { runDirectory, ...(label === undefined ? {} : { label }) }
  return new HistorySession({ id: 'a.test.x', seed: 1, settings, reproduce: 'again' })
}

test('faults are noted once, on the clock of the history, and those before it are left out', () => {
  const histories = session()
  const originNs = process.hrtime.bigint() - BigInt(60 * SECOND_NS)
  const journal = histories.open('faults')
  const fault = { kind: 'pause', target: 'redis', touched: 1 }
  const before = { ...fault, fromNs: 0, toNs: SECOND_NS }
  const across = { ...fault, kind: 'cut', fromNs: 59 * SECOND_NS, toNs: 62 * SECOND_NS }
  histories.mark([before, across], originNs)
  histories.mark([before, across], originNs)
  journal.close()
  const { faults } = readHistory(journal.file).history
  const beganNs = Number(journal.originNs - originNs)
  expect(faults).toEqual([{ kind: 'cut', target: 'redis', fromNs: 0, toNs: across.toNs - beganNs }])
})

test('each adapter of prove has a folder of its own, and no name leaves it', () => {
  const { file } = session('delete/../before commit').open('../../round 1')
  expect(file).toBe(join(runDirectory, 'histories/delete-..-before-commit/a.test.x-..-..-round-1.jsonl'))
})
