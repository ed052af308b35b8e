import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { openJournal, openShard } from '../../src/history/journal.ts'
import { readHistory } from '../../src/history/read-history.ts'
import { scratchFolder } from './scratch-folder.ts'

/** A clock that goes on by a microsecond at each look. */
function steppingClock(): () => bigint {
  let now = 5_000_000n
  return () => (now += 1_000n)
}

test('what was journalled is read back: ok, fail, info, and what never ended', () => {
  using folder = scratchFolder()
  const file = join(folder.path, 'deep', 'bank.jsonl')
  const journal = openJournal({ file, name: 'bank', seed: 7, readClock: steppingClock() })
  const [a, b, c, d] = [journal.newProcess(), journal.newProcess(), journal.newProcess(), journal.newProcess()]
  const transfer = journal.invoke(a, 'transfer', { from: 1, to: 2 })
  const read = journal.invoke(b, 'read', null, 'x')
  journal.ok(transfer)
  journal.ok(read, [1, 2])
  const refused = journal.invoke(a, 'transfer', { from: 3, to: 4 })
  journal.fail(refused, new Error('overdraft'))
  const lost = journal.invoke(c, 'read')
  journal.info(lost, 'no answer')
  journal.invoke(d, 'read', null, 5)
  journal.fault({ kind: 'cut', target: 'redis', fromNs: 3_000, toNs: 9_000 })
  journal.fault({ kind: 'pause', target: 'redis', fromNs: 1_000, toNs: 2_000 })
  journal.close()

  const { history, notes } = readHistory(file)
  expect(history).toMatchObject({ name: 'bank', seed: 7, faults: [{ kind: 'pause' }, { kind: 'cut' }] })
  expect(history.operations).toEqual([
    {
      index: 0,
      process: a,
      f: 'transfer',
      input: { from: 1, to: 2 },
      output: null,
      outcome: 'ok',
      invokedNs: 1_000,
      completedNs: 3_000,
    },
    {
      index: 1,
      process: b,
      f: 'read',
      key: 'x',
      input: null,
      output: [1, 2],
      outcome: 'ok',
      invokedNs: 2_000,
      completedNs: 4_000,
    },
    {
      index: 4,
      process: a,
      f: 'transfer',
      input: { from: 3, to: 4 },
      output: null,
      outcome: 'fail',
      invokedNs: 5_000,
      completedNs: 6_000,
      error: 'overdraft',
    },
    {
      index: 6,
      process: c,
      f: 'read',
      input: null,
      output: null,
      outcome: 'info',
      invokedNs: 7_000,
      completedNs: 8_000,
      error: 'no answer',
    },
    {
      index: 8,
      process: d,
      f: 'read',
      key: 5,
      input: null,
      output: null,
      outcome: 'info',
      invokedNs: 9_000,
      completedNs: Infinity,
    },
  ])
  expect(notes).toEqual([expect.stringContaining('No end of 1 operation')])
})

test('an invoke is in the file before its operation begins, whatever becomes of the writer', () => {
  using folder = scratchFolder()
  const journal = openJournal({ file: join(folder.path, 'a.jsonl'), name: 'a' })
  const process = journal.newProcess()
  journal.ok(journal.invoke(process, 'write', 1))
  journal.invoke(process, 'write', 2)
  const operations = readHistory(journal.file).history.operations
  expect(operations.map(({ input, outcome }) => [input, outcome])).toEqual([
    [1, 'ok'],
    [2, 'info'],
  ])
  journal.close()
})

test('a process does one thing at a time, and nothing after info; an operation ends once', () => {
  using folder = scratchFolder()
  const journal = openJournal({ file: join(folder.path, 'a.jsonl'), name: 'a' })
  const process = journal.newProcess()
  const operation = journal.invoke(process, 'read')
  expect(() => journal.invoke(process, 'write')).toThrow(/cannot begin "write" while it does "read"/)
  journal.info(operation, 'timeout')
  expect(() => journal.invoke(process, 'write')).toThrow(/retired/)
  expect(() => journal.ok(operation)).toThrow(/has ended already/)
  expect(() => journal.invoke(99, 'write')).toThrow(/never handed out/)
  expect(journal.newProcess()).not.toBe(process)
  journal.close()
  journal.close()
  expect(() => journal.shard()).toThrow(/it is closed/)
})

test('shards of other threads have processes of their own, and are merged by time', async () => {
  using folder = scratchFolder()
  const journal = openJournal({ file: join(folder.path, 'bank.jsonl'), name: 'bank' })
  const own = journal.newProcess()
  const before = journal.invoke(own, 'write', 'before')
  journal.ok(before)
  const source = new URL('../../src/history/journal.ts', import.meta.url).href
  const worker = new Worker(
    `const { workerData } = require('node:worker_threads')
     import(${JSON.stringify(source)}).then(({ openShard }) => {
       const shard = openShard(workerData)
       shard.ok(shard.invoke(shard.newProcess(), 'write', 'in the worker'))
       shard.close()
     })`,
    { eval: true, workerData: journal.shard() },
  )
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject))
  journal.ok(journal.invoke(own, 'write', 'after'))
  journal.close()

  const { operations } = readHistory(journal.file).history
  expect(operations.map(({ input }) => input)).toEqual(['before', 'in the worker', 'after'])
  expect(new Set(operations.map(({ process }) => process)).size).toBe(2)
})

test('what a killed process has begun is in the history', async () => {
  using folder = scratchFolder()
  const journal = openJournal({ file: join(folder.path, 'bank.jsonl'), name: 'bank' })
  const source = new URL('../../src/history/journal.ts', import.meta.url).href
  const script = `
    const { openShard } = await import(${JSON.stringify(source)})
    const shard = openShard(JSON.parse(process.argv[1]))
    const one = shard.newProcess()
    shard.ok(shard.invoke(one, 'write', 1))
    shard.invoke(one, 'write', 2)
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(journal.shard())])
  const [, signal] = (await once(child, 'exit')) as [number | null, string]
  expect(signal).toBe('SIGKILL')
  journal.close()
  const { operations } = readHistory(journal.file).history
  expect(operations.map(({ input, outcome }) => [input, outcome])).toEqual([
    [1, 'ok'],
    [2, 'info'],
  ])
})

test('a shard has one writer, and one that nobody opened is said', () => {
  using folder = scratchFolder()
  const journal = openJournal({ file: join(folder.path, 'a.jsonl'), name: 'a' })
  const shard = structuredClone(journal.shard())
  journal.shard()
  openShard(JSON.parse(JSON.stringify(shard)) as typeof shard).close()
  expect(() => openShard(shard)).toThrow(/it was opened before/)
  journal.close()
  expect(readHistory(journal.file).notes).toEqual([expect.stringMatching(/a\.2\.jsonl is missing or empty/)])
  expect(() => readHistory(shard.file)).toThrow(/it is a shard of a history/)
})

test('a journal begun anew does not read the shards of the one before', () => {
  using folder = scratchFolder()
  const file = join(folder.path, 'a.jsonl')
  const first = openJournal({ file, name: 'a' })
  const shard = openShard(first.shard())
  shard.ok(shard.invoke(shard.newProcess(), 'write', 1))
  shard.close()
  first.close()
  const second = openJournal({ file, name: 'a' })
  const left = second.shard()
  second.close()
  expect(() => readFileSync(left.file)).toThrow(/ENOENT/)
  expect(readHistory(file).history.operations).toEqual([])
})
