import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { jepsenLines } from '../../src/history/jepsen-export.ts'
import { readJepsen } from '../../src/history/jepsen.ts'
import type { FaultMark, Operation } from '../../src/history/operation.ts'
import { faultMarks, historiesOf, registers, transactions } from './histories.ts'

const read = (text: string, keyFirst = false) => readJepsen(text, { name: 'history.edn', keyFirst })
const printed = (operations: readonly Operation[], faults: readonly FaultMark[] = []) =>
  [...jepsenLines({ operations, faults })].join('\n')

test('a register of Jepsen, with a process that was retired, and its nemesis', () => {
  const { history, notes } = read(`
    {:type :invoke, :f :write, :value 1, :process 0, :time 10, :index 0}
    {:type :info, :f :start-partition, :value nil, :process :nemesis, :time 11, :index 1}
    #jepsen.history.Op{:index 2, :type :invoke, :f :read, :value nil, :process 1, :time 12}
    {:type :ok, :f :write, :value 1, :process 0, :time 15, :index 3}
    {:type :info, :f :start-partition, :value [:isolated {"n1" #{"n2"}}], :process :nemesis, :time 16, :index 4}
    {:type :ok, :f :read, :value 1, :process 1, :time 17, :index 5}
    {:type :invoke, :f :cas, :value [1 2], :process 1, :time 18, :index 6}
    {:type :fail, :f :cas, :value [1 2], :process 1, :time 19, :index 7, :error [:duplicate-key "k"]}
    {:type :invoke, :f :write, :value 3, :process 0, :time 20, :index 8}
    {:type :info, :f :write, :value 3, :process 0, :time 25, :index 9, :error :timed-out}
    {:type :info, :f :stop-partition, :value nil, :process :nemesis, :time 26, :index 10}
    {:type :info, :f :stop-partition, :value :healed, :process :nemesis, :time 27, :index 11}`)
  expect(history.operations).toEqual([
    { index: 0, process: 0, f: 'write', input: 1, output: null, outcome: 'ok', invokedNs: 10, completedNs: 15 },
    { index: 2, process: 1, f: 'read', input: null, output: 1, outcome: 'ok', invokedNs: 12, completedNs: 17 },
    {
      index: 6,
      process: 1,
      f: 'cas',
      input: [1, 2],
      output: null,
      outcome: 'fail',
      invokedNs: 18,
      completedNs: 19,
      error: '["duplicate-key","k"]',
    },
    {
      index: 8,
      process: 0,
      f: 'write',
      input: 3,
      output: null,
      outcome: 'info',
      invokedNs: 20,
      completedNs: 25,
      error: 'timed-out',
    },
  ])
  expect(history.faults).toEqual([{ kind: 'partition', target: 'all', fromNs: 11, toNs: 27 }])
  expect(notes).toEqual([])
})

test('list-append as elle has it: no :f, no :time, spaces anywhere', () => {
  const { operations } = read(`{:index 1, :type :invoke, :process 2, :value [[ :append 4 2] [ :r 5 nil] ]}
    {:index 2, :type :invoke, :process 0, :value [[:r 2 nil]]}
    {:index 4, :type :ok, :process 2, :value [[ :append 4 2] [:r 5 [ ]] ]}`).history
  expect(operations).toMatchObject([
    {
      f: 'txn',
      input: [
        ['append', 4, 2],
        ['r', 5, null],
      ],
      output: [
        ['append', 4, 2],
        ['r', 5, []],
      ],
      invokedNs: 0,
      completedNs: 2,
    },
    { process: 0, outcome: 'info', completedNs: Infinity },
  ])
})

test('a transaction that only appends keeps its output, and an acknowledgement has none', () => {
  const [append, add] = read(`
    {:type :invoke, :f :txn, :value [[:append 1 1]], :process 0} {:type :ok, :f :txn, :value [[:append 1 1]], :process 0}
    {:type :invoke, :f :add, :value 4, :process 0} {:type :ok, :f :add, :value 4, :process 0}`).history.operations
  expect(append?.output).toEqual([['append', 1, 1]])
  expect(add?.output).toBeNull()
})

test('the order of lines is that of times, also where Jepsen took a time early', () => {
  const { operations } = read(`
    {:type :invoke, :f :read, :process 6, :time 100}
    {:type :ok, :f :read, :process 6, :time 300}
    {:type :invoke, :f :read, :process 8, :time 200}
    {:type :ok, :f :read, :process 8, :time 301}`).history
  expect(operations.map(({ invokedNs, completedNs }) => [invokedNs, completedNs])).toEqual([
    [100, 300],
    [301, 302],
  ])
})

test.each([
  ['a list of keys and values', '{:type :invoke, :f :read, :process 0}\n7', false, /line 2: it is no map/],
  ['an unknown type', '\n{:type :maybe, :f :read, :process 0}', false, /line 2: its :type is maybe/],
  ['half a map', '{:type :invoke, :f :read, :process 0}\n{:type :ok', false, /line 2: the text ends before "}"/],
  ['an ok without its invoke', '{:type :ok, :f :read, :process 0}', false, /line 1: process 0 ends "read" \(ok\)/],
  [
    'a value without a key',
    '{:type :invoke, :f :write, :value 3, :process 0}',
    true,
    /line 1: .*leave out --key-first/,
  ],
])('%s is refused with its line', (_name, text, keyFirst, expected) => {
  expect(() => read(text, keyFirst)).toThrow(expected)
})

const none = fc.constant(undefined)
const keys = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', '[1 2]', ':a'))

test.each([
  ['a register', historiesOf(registers, none), false],
  ['many registers', historiesOf(registers, keys), true],
  ['list-append', historiesOf(transactions, none), false],
])('%s comes back from Jepsen as it went', (_name, histories, keyFirst) => {
  fc.assert(
    fc.property(histories, (operations) => {
      expect(read(printed(operations), keyFirst).history.operations).toEqual(operations)
    }),
  )
})

test('faults come back from Jepsen, and leave the operations as they are', () => {
  fc.assert(
    fc.property(historiesOf(registers, none), faultMarks, (operations, faults) => {
      const { history } = read(printed(operations, faults))
      const withoutIndex = (all: readonly Operation[]) => all.map((one) => ({ ...one, index: 0 }))
      expect(withoutIndex(history.operations)).toEqual(withoutIndex(operations))
      expect(history.faults.toSorted(byText)).toEqual(faults.toSorted(byText))
    }),
  )
})

function byText(a: FaultMark, b: FaultMark): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

test('faults of one kind on several targets end each by itself', () => {
  const faults = [
    { kind: 'pause', target: 'n1', fromNs: 1, toNs: 8 },
    { kind: 'pause', target: 'n2', fromNs: 2, toNs: 5 },
  ]
  expect(read(printed([], faults)).history.faults).toEqual(faults)
})

test('of one nanosecond, an invoke is printed before an end, unless it is of the same process', () => {
  const at = { f: 'read', input: null, output: 1, outcome: 'ok' } as const
  const lines = printed([
    { ...at, index: 0, process: 0, invokedNs: 1, completedNs: 5 },
    { ...at, index: 1, process: 1, invokedNs: 5, completedNs: 7 },
    { ...at, index: 2, process: 0, invokedNs: 5, completedNs: 9 },
  ])
  const events = lines.split('\n').map((line) => /:type (\S+),.*:process (\d)/.exec(line)?.slice(1).join(' '))
  expect(events).toEqual([':invoke 0', ':invoke 1', ':ok 0', ':invoke 0', ':ok 1', ':ok 0'])
})

test.each([
  [':kill and :start', ':kill', ':start', { kind: 'kill' }],
  [':pause and :resume', ':pause', ':resume', { kind: 'pause' }],
  [':start and :stop', ':start', ':stop', { kind: 'start' }],
])('%s are one fault', (_name, begin, end, expected) => {
  const line = (f: string, time: number) => `{:type :info, :f ${f}, :value ["n1"], :process :nemesis, :time ${time}}`
  const { faults } = read([line(begin, 1), line(begin, 2), line(end, 5), line(end, 6)].join('\n')).history
  expect(faults).toEqual([{ ...expected, target: '["n1"]', fromNs: 1, toNs: 6 }])
})

test('a fault that was never ended lasts until the end, and one without an opposite is its own', () => {
  const { faults } = read(`
    {:type :info, :f :bump-clock, :process :nemesis, :time 1} {:type :info, :f :bump-clock, :process :nemesis, :time 4}
    {:type :info, :f :kill, :process :nemesis, :time 5} {:type :info, :f :kill, :process :nemesis, :time 6}
    {:type :invoke, :f :read, :process 0, :time 50}`).history
  expect(faults).toEqual([
    { kind: 'bump-clock', target: 'all', fromNs: 1, toNs: 4 },
    { kind: 'kill', target: 'all', fromNs: 5, toNs: 50 },
  ])
})

test('100,000 operations in one vector on one line are read within seconds', () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => {
    const type = index % 2 === 0 ? ':invoke' : ':ok'
    return `{:type ${type}, :f :txn, :value [[:append 1 ${index}] [:r 2 [1 2 3]]], :time ${index}, :process 0, :index ${index}}`
  })
  expect(read(`[${lines.join(' ')}]`).history.operations).toHaveLength(100_000)
})
