import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { expect, test } from '@jest/globals'

import { HarnessError } from '../../src/environment/errors.ts'
import { machineFingerprint, suiteRunsOf } from '../../src/run/history-metrics.ts'
import { MIGRATIONS } from '../../src/run/history-schema.ts'
import { remember, RunHistory } from '../../src/run/history.ts'
import { earlierValues } from '../../src/run/trend.ts'
import { functionalRecord, loadRecord } from '../report/sample-records.ts'
import { sampleRun, withFile } from './sample-history.ts'

test('keeps a run, and the same run only once', async () => {
  await withFile('history.db', (file) => {
    const history = RunHistory.open(file)
    history.add([sampleRun(1, [{ value: 12 }])])
    history.add([sampleRun(0, [{ value: 11 }, { id: 'cache.load.mixed@duration', value: null }])])
    history.add([sampleRun(1, [{ value: 13 }])])
    expect(history.values({ suite: 'cache:l4' }).map(({ run, id, value }) => [run, id, value])).toEqual([
      ['run-000', 'cache.load.mixed#p99', 11],
      ['run-000', 'cache.load.mixed@duration', null],
      ['run-001', 'cache.load.mixed#p99', 13],
    ])
    history.close()
  })
})

test('finds metrics by how their id begins, letter for letter', async () => {
  await withFile('history.db', (file) => {
    const history = RunHistory.open(file)
    history.add([sampleRun(0, [{ id: 'cache.load.a#x' }, { id: 'cache.load_b#x' }, { id: 'cache%#x' }])])
    const found = (prefix: string) => history.values({ prefix }).map(({ id }) => id)
    expect(found('cache.load.')).toEqual(['cache.load.a#x'])
    expect(found('cache.load_')).toEqual(['cache.load_b#x'])
    expect(found('cache%')).toEqual(['cache%#x'])
    expect(found("' OR 1=1 --")).toEqual([])
    expect(history.values({ ids: ['cache%#x', 'none'] }).map(({ id }) => id)).toEqual(['cache%#x'])
    history.close()
  })
})

test('remembers a record: suites, guarantees, objectives and workloads', async () => {
  await withFile('history.db', (file) => {
    const record = loadRecord()
    remember(record, file)
    const history = RunHistory.open(file)
    const measured = record.parts
      .flatMap(({ guarantees }) => guarantees)
      .find(({ status, load }) => status === 'passed' && load)
    const values = history.values({ prefix: String(measured?.id) })
    const objective = measured?.load?.objectives.find(({ value }) => typeof value === 'number')
    expect(values.find(({ id }) => id === objective?.id)).toMatchObject({
      run: record.id,
      value: objective?.value,
      mode: record.mode,
      commit: record.commit?.id,
    })
    expect(values.some(({ id }) => id === `${measured?.id}@duration`)).toBe(true)
    expect(values.some(({ id }) => id.startsWith(`${measured?.id}@`) && id.endsWith('.p99'))).toBe(true)
    history.close()
  })
})

test('the earlier values of a run are those of comparable runs before it', async () => {
  await withFile('history.db', (file) => {
    const record = loadRecord()
    const at = (startedAt: string, id: string, machine = record.machine) => ({ ...record, startedAt, id, machine })
    remember(at('2020-01-01T00:00:00.000Z', 'older'), file)
    remember(at('2020-01-02T00:00:00.000Z', 'elsewhere', { ...record.machine, cores: 99 }), file)
    remember(at('2999-01-02T00:00:00.000Z', 'later'), file)
    remember(record, file)
    const earlier = Object.values(earlierValues(record, { file }))
    expect(earlier.length).toBeGreaterThan(0)
    expect(new Set(earlier.flat().map(({ runId }) => runId))).toEqual(new Set(['older']))
  })
})

test('what is not comparable has no value: an invalid measurement, and a guarantee that did not run', () => {
  const metrics = suiteRunsOf(loadRecord()).flatMap((suite) => suite.metrics)
  const invalid = metrics.filter(({ verdict }) => verdict === 'invalid' || verdict === 'no-data')
  expect(invalid.length).toBeGreaterThan(0)
  expect(invalid.every(({ value }) => value === null)).toBe(true)
})

test('a suite has a duration only when all of it ran', () => {
  const record = functionalRecord()
  const [part] = record.parts
  if (!part) throw new Error('the sample record has no part')
  const durations = (guarantees: typeof part.guarantees) =>
    suiteRunsOf({ ...record, parts: [{ ...part, fileFailures: [], guarantees }] })
      .flatMap(({ metrics }) => metrics)
      .filter(({ id }) => /:l\d@duration$/.test(id))
  const ran = part.guarantees.filter(({ status }) => status !== 'no-data')
  expect(durations(ran)).toHaveLength(1)
  expect(durations(ran.map((one) => ({ ...one, status: 'no-data' as const })))).toHaveLength(0)
})

test('machines differ by what makes them fast, and not by their kernel', () => {
  const { machine } = functionalRecord()
  const fingerprint = machineFingerprint(machine)
  expect(fingerprint).toMatch(/^[0-9a-f]{8}$/)
  expect(machineFingerprint({ ...machine, node: 'v99.0.0' })).toBe(fingerprint)
  expect(machineFingerprint({ ...machine, memoryBytes: machine.memoryBytes - 1_000_000 })).toBe(fingerprint)
  expect(machineFingerprint({ ...machine, cores: machine.cores + 1 })).not.toBe(fingerprint)
  expect(machineFingerprint({ ...machine, cpuModel: 'other' })).not.toBe(fingerprint)
})

test('several processes write at once, and the first of them makes the file', async () => {
  await withFile('history.db', async (file) => {
    const [writers, each] = [4, 25]
    const modules = ['../../src/run/history.ts', './sample-history.ts'].map(
      (path) => new URL(path, import.meta.url).href,
    )
    const script = `
      const { RunHistory } = await import(${JSON.stringify(modules[0])})
      const { sampleRun } = await import(${JSON.stringify(modules[1])})
      for (let run = 0; run < ${each}; run++) {
        const history = RunHistory.open(process.argv[1])
        history.add([sampleRun(Number(process.argv[2]) * ${each} + run, [{}])])
        history.close()
      }`
    const exits = Array.from({ length: writers }, (_, writer) =>
      once(
        spawn(process.execPath, ['--input-type=module', '-e', script, file, String(writer)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
        'exit',
      ),
    )
    expect((await Promise.all(exits)).map(([code]) => code as number)).toEqual([0, 0, 0, 0])
    const history = RunHistory.open(file)
    expect(history.values({ suite: 'cache:l4' })).toHaveLength(writers * each)
    history.close()
  })
})

test('an empty database of version 0 is brought to the present, whatever is done first', async () => {
  await withFile('history.db', (file) => {
    new DatabaseSync(file).close()
    const history = RunHistory.open(file)
    expect(history.values({ prefix: '' })).toEqual([])
    history.close()
    const database = new DatabaseSync(file)
    expect(database.prepare('PRAGMA user_version').get()?.user_version).toBe(MIGRATIONS.length)
    database.close()
  })
})

test('a file of a later version is left alone', async () => {
  await withFile('history.db', (file) => {
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => RunHistory.open(file)).toThrow(/history of runs .*version 99/)
  })
})

test('a damaged file gets an error that says what to do', async () => {
  await withFile('history.db', (file) => {
    writeFileSync(file, 'this is no database, and never was one. '.repeat(50))
    try {
      RunHistory.open(file)
      throw new Error('it opened')
    } catch (error) {
      expect(error).toBeInstanceOf(HarnessError)
      expect((error as HarnessError).remedy).toContain(`mv ${file} ${file}.damaged`)
    }
  })
})
