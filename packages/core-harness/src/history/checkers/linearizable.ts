import { z } from 'zod'

import { failingPrefix, shrink } from '../linearizable/counterexample.ts'
import type { Counterexample } from '../linearizable/counterexample.ts'
import { explain } from '../linearizable/explanation.ts'
import { fifoQueue } from '../linearizable/fifo-queue.ts'
import type { Model } from '../linearizable/model.ts'
import { mutex } from '../linearizable/mutex-model.ts'
import { partition } from '../linearizable/partition.ts'
import type { ObjectHistory } from '../linearizable/partition.ts'
import { registerModel } from '../linearizable/register-model.ts'
import { search } from '../linearizable/search.ts'
import { ValueTable } from '../linearizable/values.ts'
import type { Json, Operation } from '../operation.ts'
import { nonNegative } from '../option.ts'
import type { Checker, CheckResult } from './checker.ts'

/** For the search of a smaller counterexample, beyond the time limit: it is small by then. */
const SHRINK_WITHIN_MS = 5_000
const MOST_ANOMALIES = 10

const MODELS = {
  register: registerModel('register', { read: 'read', write: 'write' }),
  'cas-register': registerModel('cas-register', { read: 'read', write: 'write', cas: 'cas' }),
  map: registerModel('map', { get: 'read', put: 'write', delete: 'delete', cas: 'cas' }, { isKeyed: true }),
  mutex,
  'fifo-queue': fifoQueue,
} satisfies Record<string, Model>

export interface LinearizableOptions {
  readonly model: keyof typeof MODELS
  /** What a register, or each key of a map, holds at first. */
  readonly initial: Json
  /** For all keys together. */
  readonly timeLimitMs: number
}

const options = z.strictObject({
  model: z.enum(Object.keys(MODELS) as (keyof typeof MODELS)[]),
  initial: z.json().default(null),
  timeLimitMs: nonNegative.default(30_000),
})

/**
 * Whether each operation can have taken effect in one instant between its invocation and its end, so that all together are what
 * one object would have done that does one thing at a time.
 */
export const linearizable: Checker<LinearizableOptions> = {
  name: 'linearizable',
  judges: 'operations on each key take effect one at a time, each between its invocation and its end',
  functions: Object.assign({}, ...Object.values(MODELS).map(({ functions }) => functions)) as Record<string, string>,
  options,
  check(operations, { model: name, initial, timeLimitMs }) {
    const model: Model = MODELS[name]
    const values = new ValueTable()
    const start = model.start(initial, values)
    const objects = partition(operations, model, values)
    const { failing, undecided } = judge(objects, model, start, timeLimitMs)
    const byIndex = new Map(operations.map((operation) => [operation.index, operation]))
    const original = (cut: Operation): Operation => byIndex.get(cut.index) ?? cut
    const shrunk = failing.slice(0, 1).map((one) => {
      const overAtMs = performance.now() + SHRINK_WITHIN_MS
      return { ...one, ...shrink(one, model, start, () => performance.now() > overAtMs) }
    })
    const anomalies = [...shrunk, ...failing.slice(1)].map((one) =>
      explain(one, model, { failed: one.failed, start, values, original }),
    )
    const observations = operations.filter(({ f, outcome }) => outcome === 'ok' && model.observers.includes(f)).length
    const counts = {
      operations: operations.length,
      observations,
      unknownEnds: operations.filter(({ outcome }) => outcome === 'info').length,
      keys: objects.length,
      invalidKeys: failing.length,
      undecidedKeys: undecided.length,
      ...countKinds(anomalies),
    }
    const result = { checker: 'linearizable', counts, anomalies: anomalies.slice(0, MOST_ANOMALIES) }
    const [first] = shrunk
    if (first) {
      // Those that failed and that the explanation speaks of are shown too.
      const indexes = new Set([
        ...first.calls.map(({ operation }) => operation.index),
        ...(anomalies[0]?.operations ?? []),
      ])
      const counterexample = operations.filter(({ index }) => indexes.has(index))
      return { ...result, verdict: 'invalid', counterexample }
    }
    if (undecided.length > 0)
      return {
        ...result,
        verdict: 'unknown',
        why:
          `${undecided.length} of ${objects.length} keys could not be decided within ${timeLimitMs} ms (${undecided[0]}): ` +
          'fewer operations at once on a key, or more keys, are decided sooner',
      }
    if (observations === 0)
      return { ...result, verdict: 'unknown', why: `nothing was observed: no ${model.observers.join(' or ')} was ok` }
    return { ...result, verdict: 'valid' }
  },
}

type Failing = Counterexample & Pick<ObjectHistory, 'failed'>

/** @returns what fails, by when it failed */
function judge(
  objects: readonly ObjectHistory[],
  model: Model,
  start: ReturnType<Model['start']>,
  timeLimitMs: number,
): { failing: readonly Failing[]; undecided: readonly string[] } {
  const overAtMs = performance.now() + timeLimitMs
  const failing: Failing[] = []
  const undecided: string[] = []
  // The short ones first, each with an equal share of what is left: one that takes for ever keeps no other from being judged.
  const byLength = objects.toSorted((one, other) => one.calls.length - other.calls.length)
  byLength.forEach(({ calls, failed }, index) => {
    const now = performance.now()
    const shareOverAtMs = now + (overAtMs - now) / (byLength.length - index)
    const result = search(calls, start, () => performance.now() > shareOverAtMs)
    if (result.verdict === 'illegal') failing.push({ ...failingPrefix(calls, result), failed })
    if (result.verdict === 'undecided') undecided.push(result.why)
  })
  failing.sort((one, other) => endNs(one) - endNs(other))
  return { failing, undecided }
}

function endNs({ result }: Counterexample): number {
  return result.culprit.operation.completedNs
}

function countKinds(anomalies: CheckResult['anomalies']): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of anomalies) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
