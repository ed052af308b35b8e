import { canary } from '../../src/history/checkers/canary.ts'
import type { Checker } from '../../src/history/checkers/checker.ts'
import { convergence } from '../../src/history/checkers/convergence.ts'
import { monotonic } from '../../src/history/checkers/monotonic.ts'
import { perKeyOrder } from '../../src/history/checkers/per-key-order.ts'
import { setFull } from '../../src/history/checkers/set-full.ts'
import { totalQueue } from '../../src/history/checkers/total-queue.ts'
import { uniqueEffects } from '../../src/history/checkers/unique-effects.ts'
import type { Json, Operation } from '../../src/history/operation.ts'
import type { Report } from '../measurement.ts'

const OPERATIONS = 500_000
const TARGET_PER_SECOND = 500_000
/** How many operations are under way at a time. */
const CONCURRENCY = 20
const KEYS = 100
const TENANTS = 50

type Call = Pick<Operation, 'f' | 'key' | 'input' | 'output'>

/** The checkers that look at each operation a fixed number of times. */
export async function measure(report: Report): Promise<void> {
  measureOne(report, setFull, 'every hundredth a read of the newest 100 elements', setCall)
  measureOne(report, totalQueue, 'enqueues and dequeues', queueCall)
  measureOne(report, perKeyOrder, `produces and consumes of ${KEYS} keys`, logCall)
  measureOne(report, uniqueEffects, 'each request sent twice', requestCall)
  measureOne(report, monotonic, `half of them reads, ${KEYS} keys`, versionCall)
  measureOne(report, canary, `a tenth plant a token, answers of about 100 characters`, canaryCall)
  measureOne(report, convergence, 'two snapshots of 10,000 values at the end', convergenceCall)
}

function measureOne<Options>(
  report: Report,
  checker: Checker<Options>,
  what: string,
  call: (index: number) => Call,
): void {
  const operations = Array.from({ length: OPERATIONS }, (_, index): Operation => {
    // Each takes as long as the next few take to begin, but the last one begins when all others have ended.
    const invokedNs = 10 * index + (index < OPERATIONS - 1 ? 0 : 10 * CONCURRENCY)
    const completedNs = invokedNs + 1 + ((index * 7919) % (10 * CONCURRENCY))
    return { index, process: index % CONCURRENCY, outcome: 'ok', invokedNs, completedNs, ...call(index) }
  })
  const options = checker.options.parse({})
  const begun = performance.now()
  const { verdict } = checker.check(operations, options)
  const perSecond = OPERATIONS / ((performance.now() - begun) / 1_000)
  report({
    what: `${checker.name}, ${OPERATIONS.toLocaleString('en')} operations, ${what}`,
    found: `${Math.round(perSecond).toLocaleString('en')}/s, ${verdict}`,
    target: `≥ ${TARGET_PER_SECOND.toLocaleString('en')}/s, valid`,
    isMet: perSecond >= TARGET_PER_SECOND && verdict === 'valid',
  })
}

function setCall(index: number): Call {
  // Each read has a set of its own, of the elements that were added just before it, so that the reads do not grow.
  const round = Math.floor(index / 100)
  if (index % 100 < 99) return { f: 'add', key: round, input: index, output: null }
  return { f: 'read', key: round, input: null, output: Array.from({ length: 99 }, (_, place) => 100 * round + place) }
}

function queueCall(index: number): Call {
  if (index === OPERATIONS - 1) return { f: 'drain', input: null, output: queued(index) }
  if (index % 2 === 0) return { f: 'enqueue', input: `message ${index}`, output: null }
  return {
    f: 'dequeue',
    input: null,
    output: index < 2 * CONCURRENCY - 1 ? null : `message ${index - 2 * CONCURRENCY + 1}`,
  }
}

function queued(index: number): Json[] {
  return Array.from({ length: CONCURRENCY }, (_, place) => `message ${index + 1 - 2 * (CONCURRENCY - place)}`)
}

function logCall(index: number): Call {
  const turn = Math.floor(index / 2)
  if (index % 2 === 0) return { f: 'produce', key: turn % KEYS, input: turn, output: null }
  return { f: 'consume', input: null, output: turn < KEYS ? null : { key: turn % KEYS, value: turn - KEYS } }
}

function requestCall(index: number): Call {
  const request = Math.floor(index / 2)
  return {
    f: 'request',
    input: { idempotencyKey: `key ${request}`, parameters: { amount: request % 100 } },
    output: { effect: request },
  }
}

function versionCall(index: number): Call {
  const turn = Math.floor(index / 2)
  const key = turn % KEYS
  if (index % 2 === 0) return { f: 'write', key, input: { version: turn + 1, value: `value ${turn}` }, output: null }
  return { f: 'read', key, input: null, output: `value ${turn}` }
}

function canaryCall(index: number): Call {
  const tenant = `tenant ${index % TENANTS}`
  const planted = Math.floor(index / (10 * TENANTS)) * 10 * TENANTS + (index % TENANTS)
  if (index % (10 * TENANTS) < TENANTS) return { f: 'write', input: { tenant, token: tokenOf(index) }, output: null }
  const rows = [{ id: index, text: `what was noted as ${tokenOf(planted)} some time ago`, author: tenant }]
  return { f: 'read', input: { tenant }, output: { rows, total: 1 } }
}

function tokenOf(index: number): string {
  return `canary-${index.toString(36).padStart(6, '0')}`
}

function convergenceCall(index: number): Call {
  if (index < OPERATIONS - 100) return { f: 'write', input: index, output: null }
  if (index < OPERATIONS - 2) return { f: 'read', input: null, output: null }
  return { f: 'snapshot', input: `store ${index % 2}`, output: Array.from({ length: 10_000 }, (_, value) => value) }
}
