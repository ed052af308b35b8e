import { expect, test } from '@jest/globals'

import { linearizable } from '../../../src/history/checkers/linearizable.ts'
import { failingPrefix } from '../../../src/history/linearizable/counterexample.ts'
import { fifoQueue } from '../../../src/history/linearizable/fifo-queue.ts'
import type { Model } from '../../../src/history/linearizable/model.ts'
import { mutex } from '../../../src/history/linearizable/mutex-model.ts'
import { registerModel } from '../../../src/history/linearizable/register-model.ts'
import { search } from '../../../src/history/linearizable/search.ts'
import { ValueTable } from '../../../src/history/linearizable/values.ts'
import type { Operation } from '../../../src/history/operation.ts'
import { seededRandom } from '../../../src/statistics/seeded-random.ts'
import { hasOrder } from '../simulated/brute-force-order.ts'
import { randomHistory } from '../simulated/random-history.ts'
import type { ModelName } from '../simulated/random-history.ts'

const NAMES: readonly ModelName[] = ['register', 'cas-register', 'map', 'mutex', 'fifo-queue']
const HISTORIES = 1_500

function check(model: ModelName, operations: readonly Operation[]) {
  return linearizable.check(operations, linearizable.options.parse({ model }))
}

/** Small histories, some with wrong answers. A mutex gives no answers: of it some operations are taken away. */
function* smallHistories(model: ModelName): Generator<readonly Operation[]> {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const random = seededRandom(seed * 7_919)
    const length = 2 + Math.floor(random() * 5)
    const all = randomHistory(model, length, random, { wrong: seed % 2 ? 0.3 : 0, unknown: 0.2, failed: 0.1 })
    yield model === 'mutex' && seed % 2 ? all.filter(() => random() < 0.7) : all
  }
}

test.each(NAMES)('%s: the verdict is that of all orders, and so is the counterexample', (model) => {
  const seen = { valid: 0, invalid: 0, unknown: 0 }
  for (const operations of smallHistories(model)) {
    const { verdict, counterexample = [] } = check(model, operations)
    seen[verdict]++
    const isLegal = hasOrder(operations, model)
    if (verdict === 'unknown') expect(isLegal).toBe(true)
    else expect({ operations, isLegal }).toEqual({ operations, isLegal: verdict === 'valid' })
    if (verdict === 'invalid') expect(hasOrder(counterexample, model)).toBe(false)
  }
  expect(seen.valid).toBeGreaterThan(HISTORIES / 4)
  expect(seen.invalid).toBeGreaterThan(HISTORIES / 10)
})

/** It was under way when the culprit ended: what it answered later is known. */
const wasCut = ({ completedNs }: Operation): boolean => completedNs === Infinity

const MODELS: Readonly<Record<ModelName, Model>> = {
  register: registerModel('register', { read: 'read', write: 'write' }),
  'cas-register': registerModel('cas-register', { read: 'read', write: 'write', cas: 'cas' }),
  map: registerModel('map', { get: 'read', put: 'write', delete: 'delete', cas: 'cas' }),
  mutex,
  'fifo-queue': fifoQueue,
}

test.each(NAMES)('%s: what may be left out makes no legal history illegal', (name) => {
  let leftOut = 0
  for (const operations of smallHistories(name)) {
    if (!hasOrder(operations, name)) continue
    const values = new ValueTable()
    const model = MODELS[name]
    const calls = operations.flatMap((operation) => model.call(operation, values) ?? [])
    const sets = model.omissible(calls)
    const random = seededRandom(operations.length)
    for (const some of [...sets.map((one) => [one]), sets, sets.filter(() => random() < 0.5)]) {
      const without = new Set(some.flat().map(({ operation }) => operation))
      leftOut += without.size
      expect(
        hasOrder(
          operations.filter((one) => !without.has(one)),
          name,
        ),
      ).toBe(true)
    }
  }
  expect(leftOut).toBeGreaterThan(HISTORIES)
})

test.each(NAMES)('%s: the failing prefix fails, and without the culprit it does not', (name) => {
  let failing = 0
  for (const operations of smallHistories(name)) {
    const values = new ValueTable()
    const calls = operations.flatMap((operation) => MODELS[name].call(operation, values) ?? [])
    const start = MODELS[name].start(null, values)
    const result = search(calls, start, () => false)
    if (result.verdict !== 'illegal') continue
    failing++
    const prefix = failingPrefix(calls, result).calls.map(({ operation }) => operation)
    expect(hasOrder(prefix, name, wasCut)).toBe(false)
    const others = prefix.filter((one) => one !== result.culprit.operation)
    expect(hasOrder(others, name, wasCut)).toBe(true)
  }
  expect(failing).toBeGreaterThan(HISTORIES / 10)
})

test.each(NAMES)('%s: a long history of an object that keeps its promise is never invalid', (model) => {
  for (let seed = 1; seed <= 60; seed++) {
    const operations = randomHistory(model, 60, seededRandom(seed), { wrong: 0, unknown: 0.05, failed: 0.1 })
    expect(check(model, operations).verdict).toBe('valid')
  }
})
