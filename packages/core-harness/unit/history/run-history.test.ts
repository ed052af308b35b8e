import { expect, test } from '@jest/globals'
import { join } from 'node:path'

import { DidNotHappen } from '../../src/history/did-not-happen.ts'
import { eachProcessOnce } from '../../src/history/generator/each-process-once.ts'
import type { Request } from '../../src/history/generator/generator.ts'
import { limit } from '../../src/history/generator/limit.ts'
import { phases } from '../../src/history/generator/phases.ts'
import { repeat } from '../../src/history/generator/repeat.ts'
import { sequence } from '../../src/history/generator/sequence.ts'
import { stagger } from '../../src/history/generator/stagger.ts'
import { openJournal } from '../../src/history/journal.ts'
import { readHistory } from '../../src/history/read-history.ts'
import { runHistory } from '../../src/history/run-history.ts'
import type { HistoryCounts, RunHistoryOptions } from '../../src/history/run-history.ts'
import { scratchFolder } from './scratch-folder.ts'

type Options = Partial<RunHistoryOptions<number>> & Pick<RunHistoryOptions<number>, 'generator' | 'invoke'>

/** Runs, and reads back. A client is the number of its process. */
async function run(options: Options): Promise<{ counts: HistoryCounts; operations: ReturnType<typeof readBack> }> {
  using folder = scratchFolder()
  const journal = openJournal({ file: join(folder.path, 'a.jsonl'), name: 'a' })
  try {
    const counts = await runHistory({
      journal,
      processes: 2,
      seed: 1,
      timeoutMs: 10_000,
      open: (process: number) => process,
      ...options,
    })
    journal.close()
    return { counts, operations: readBack(journal.file) }
  } finally {
    journal.close()
  }
}

const readBack = (file: string) => readHistory(file).history.operations
const never = () => new Promise<never>(() => undefined)

test('values are ok, DidNotHappen is fail, any other error is info and retires the process', async () => {
  const requests = ['ok', 'fail', 'info', 'ok'].map((f): Request => ({ f, input: f, key: 'k' }))
  const closed: number[] = []
  const { counts, operations } = await run({
    processes: 1,
    generator: sequence(requests),
    close: (client) => void closed.push(client),
    invoke(client, { f, input }, { process }) {
      expect(client).toBe(process)
      if (f === 'fail') throw new DidNotHappen('refused')
      if (f === 'info') return Promise.reject(new Error('connection lost'))
      return Promise.resolve(`${String(input)} by ${client}`)
    },
  })
  expect(
    operations.map(({ process, f, key, outcome, output, error }) => [process, f, key, outcome, output, error]),
  ).toEqual([
    [0, 'ok', 'k', 'ok', 'ok by 0', undefined],
    [0, 'fail', 'k', 'fail', null, 'refused'],
    [0, 'info', 'k', 'info', null, 'connection lost'],
    [1, 'ok', 'k', 'ok', 'ok by 1', undefined],
  ])
  expect(counts).toEqual({ ok: 2, fail: 1, info: 1, processes: 2, failedOpens: 0 })
  expect(closed).toEqual([0, 1])
})

test('who does not answer in time is given up, and told so', async () => {
  let aborted: unknown
  const { operations } = await run({
    processes: 1,
    timeoutMs: 5,
    generator: sequence([{ f: 'hang' }, { f: 'read' }]),
    invoke(_client, { f }, { signal }) {
      if (f === 'read') return Promise.resolve(7)
      signal.addEventListener('abort', () => (aborted = signal.reason))
      return never()
    },
  })
  expect(operations).toMatchObject([
    { process: 0, outcome: 'info', error: 'no answer within 5 ms' },
    { process: 1, outcome: 'ok', output: 7 },
  ])
  expect(String(aborted)).toContain('no answer within 5 ms')
})

test('processes are concurrent, and phases wait for all of them', async () => {
  let under = 0
  let most = 0
  const { operations } = await run({
    processes: 4,
    generator: phases(limit(40, repeat({ f: 'write' })), eachProcessOnce({ f: 'read' })),
    async invoke() {
      most = Math.max(most, ++under)
      await new Promise(setImmediate)
      under--
    },
  })
  expect(most).toBe(4)
  const reads = operations.filter(({ f }) => f === 'read')
  const lastWrite = Math.max(...operations.filter(({ f }) => f === 'write').map(({ completedNs }) => completedNs))
  expect(new Set(reads.map(({ process }) => process)).size).toBe(4)
  expect(Math.min(...reads.map(({ invokedNs }) => invokedNs))).toBeGreaterThan(lastWrite)
})

test('what a process is asked to do is the same for the same seed', async () => {
  const generator = limit(
    60,
    repeat(({ random }) => ({ f: 'write', input: random() })),
  )
  const asked = async (seed: number) => {
    const { operations } = await run({ processes: 3, generator, seed, invoke: () => Promise.resolve() })
    return [0, 1, 2].map((process) => operations.filter((one) => one.process === process).map(({ input }) => input))
  }
  const [one, again, other] = [await asked(5), await asked(5), await asked(6)]
  for (const process of [0, 1, 2]) {
    const shared = Math.min(one[process]?.length ?? 0, again[process]?.length ?? 0)
    expect(shared).toBeGreaterThan(0)
    expect(again[process]?.slice(0, shared)).toEqual(one[process]?.slice(0, shared))
    expect(new Set(one[process]).size).toBe(one[process]?.length)
    expect(other[process]?.[0]).not.toBe(one[process]?.[0])
  }
})

test('a client that cannot be opened anew is tried again, until it can', async () => {
  let opens = 0
  const { counts, operations } = await run({
    processes: 1,
    generator: sequence([{ f: 'lost' }, { f: 'read' }]),
    open(process) {
      opens++
      if (opens === 2 || opens === 3) throw new Error('refused')
      return process
    },
    invoke: (_client, { f }) => (f === 'lost' ? Promise.reject(new Error('reset')) : Promise.resolve(1)),
  })
  expect(counts).toMatchObject({ ok: 1, info: 1, failedOpens: 2 })
  expect(operations).toHaveLength(2)
})

test('a client that cannot be opened at first ends the run, and those that were opened are closed', async () => {
  const closed: number[] = []
  const running = run({
    processes: 3,
    generator: repeat({ f: 'read' }),
    open: (process) => (process === 1 ? Promise.reject(new Error('nobody there')) : process),
    close: (client) => void closed.push(client),
    invoke: never,
  })
  await expect(running).rejects.toThrow('nobody there')
  expect(closed).toEqual([0, 2])
})

test('the signal ends it: nothing more begins, and what is under way is unknown', async () => {
  const abort = new AbortController()
  let begun = 0
  const { counts, operations } = await run({
    generator: repeat({ f: 'read' }),
    signal: abort.signal,
    invoke() {
      if (++begun === 2) setImmediate(() => abort.abort(new Error('the test is over')))
      return never()
    },
  })
  expect(counts).toMatchObject({ ok: 0, info: 2, processes: 2 })
  expect(operations.map(({ error }) => error)).toEqual(['the test is over', 'the test is over'])
})

test('a signal ends a wait of the generator', async () => {
  const abort = new AbortController()
  const { counts } = await run({
    generator: stagger(1e9, repeat({ f: 'read' })),
    signal: abort.signal,
    async invoke() {
      await Promise.resolve()
      setImmediate(() => abort.abort())
    },
  })
  expect(counts.ok).toBe(1)
})

test('what the generator throws ends every process', async () => {
  let asked = 0
  const generator = repeat(() => {
    if (++asked > 3) throw new Error('out of ideas')
    return { f: 'read' }
  })
  await expect(run({ generator, invoke: never, timeoutMs: 5 })).rejects.toThrow('out of ideas')
})
