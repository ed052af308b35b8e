import { linearizable } from '../../src/history/checkers/linearizable.ts'
import type { Operation } from '../../src/history/operation.ts'
import { seededRandom } from '../../src/statistics/seeded-random.ts'
import type { Report } from '../measurement.ts'

const OPERATIONS = 10_000
const KEYS = 100
const CONCURRENCY = 10
const WITHIN_MS = 2_000
const LENGTH_NS = 100

export async function measure(report: Report): Promise<void> {
  const what = `${OPERATIONS.toLocaleString('en')} operations`
  section(report, `${what} over ${KEYS} keys, ${CONCURRENCY} at a time on each`, registerHistory({ keys: KEYS }))
  section(report, `${what} over ${KEYS} keys, 5 % of unknown end`, registerHistory({ keys: KEYS, unknown: 0.05 }))
  section(report, `${what} on one key`, registerHistory({ keys: 1 }))
  const stale = withStaleRead(registerHistory({ keys: KEYS }))
  section(report, `${what} over ${KEYS} keys, one read stale`, stale, 'invalid')
}

function section(report: Report, what: string, operations: readonly Operation[], expected = 'valid'): void {
  const begun = performance.now()
  const { verdict } = linearizable.check(operations, linearizable.options.parse({ model: 'cas-register' }))
  const tookMs = performance.now() - begun
  report({
    what: `linearizable, ${what}`,
    found: `${(tookMs / 1_000).toFixed(3)} s, ${verdict}`,
    target: `≤ ${WITHIN_MS / 1_000} s, ${expected}`,
    isMet: tookMs <= WITHIN_MS && verdict === expected,
  })
}

/** Each process does one operation after another, and each takes effect at some time within it. */
function registerHistory({ keys, unknown = 0 }: { keys: number; unknown?: number }): Operation[] {
  const random = seededRandom(1)
  const operations: Operation[] = []
  for (let key = 0; key < keys; key++) {
    const invoked = Array.from({ length: OPERATIONS / keys }, (_, place) => {
      const fromNs = Math.floor(place / CONCURRENCY) * LENGTH_NS + random() * (LENGTH_NS / 2)
      const toNs = fromNs + random() * (LENGTH_NS / 2)
      return { place, fromNs, toNs, atNs: fromNs + random() * (toNs - fromNs) }
    })
    let state: number | null = null
    for (const { place, fromNs, toNs } of invoked.toSorted((one, other) => one.atNs - other.atNs)) {
      const isUnknown = random() < unknown
      const f: string = isUnknown || random() < 0.3 ? 'write' : random() < 0.3 ? 'cas' : 'read'
      const input = f === 'read' ? null : f === 'write' ? place : [state, place]
      const output = f === 'read' ? state : null
      if (f !== 'read' && !(isUnknown && random() < 0.5)) state = place
      const process = isUnknown ? 1e6 + operations.length : key * CONCURRENCY + (place % CONCURRENCY)
      const outcome = isUnknown ? 'info' : 'ok'
      const [invokedNs, completedNs] = [fromNs, toNs]
      operations.push({ index: 0, process, f, key, input, output, outcome, invokedNs, completedNs })
    }
  }
  return operations
    .sort((one, other) => one.invokedNs - other.invokedNs)
    .map((operation, index) => ({ ...operation, index }))
}

/** The last read finds what the first one found. */
function withStaleRead(operations: readonly Operation[]): Operation[] {
  const reads = operations.filter(({ f }) => f === 'read')
  const last = reads.at(-1)
  const first = reads.find(({ key, output }) => key === last?.key && output !== null)
  return operations.map((one) => (one === last ? { ...one, output: first?.output ?? null } : one))
}
