import type { Fault } from '@proving-ground/core-harness/fault'
import { eventually } from '@proving-ground/core-harness/guarantee'
import { readHistory, type Operation } from '@proving-ground/core-harness/history'
import { monotonic } from '@proving-ground/core-harness/history/checkers/monotonic'
import { setFull } from '@proving-ground/core-harness/history/checkers/set-full'
import { INVALIDATION_BOUND_MS } from '../src/contract.ts'
import { A_MINUTE, range, type Context, type Node } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { prepareInvalidations, runInvalidations } from './invalidations.ts'
import { Sessions } from './sessions.ts'

export interface UnderFaultsOptions {
  readonly nodes: readonly Node[]
  /** Comes so often, each time for so long. */
  readonly fault: Fault
  readonly times: number
  readonly forMs: number
  /** After that an operation counts as unknown: less than the fault lasts. */
  readonly timeoutMs: number
  /** Nodes that the fault leaves alone; all by default. */
  readonly unharmed?: readonly Node[]
  /** Redis forgets everything: a miss is then no answer that could be wrong. */
  readonly losesData?: boolean
}

/** A test takes 5 s, and many times that on a busy machine, where it waits for what it needs to have seen. */
export const FAULTS_TIMEOUT_MS = 90_000
/** Reads of all sessions that have to be answered before a fault comes, and after the last. */
const READS_BETWEEN = 100
const ANSWERED_WITHIN_MS = 15_000
/** What the reads between two faults take on a quiet machine. */
const BETWEEN_MS = 350

/**
 * Sessions read and write, and keys that all nodes have copies of are deleted, while a fault comes and goes, and for a while
 * afterwards. The checkers judge what all of them saw.
 */
export async function proveUnderFaults(context: Context, options: UnderFaultsOptions): Promise<void> {
  const { nodes, fault, times, forMs, timeoutMs, unharmed: deleters = nodes, losesData = false } = options
  const versions = context.history('versions')
  const invalidations = losesData ? undefined : context.history('invalidations')
  if (invalidations) await prepareInvalidations(nodes)

  const stop = new AbortController()
  const shared = { nodes, seed: context.mode.seed, timeoutMs, signal: stop.signal }
  const sessions = new Sessions({ ...shared, journal: versions })
  let isOver = false
  const readOn = async (): Promise<void> => {
    const enough = sessions.answered + READS_BETWEEN
    const describe = `${READS_BETWEEN} more reads are answered`
    await eventually(() => sessions.answered >= enough, { withinMs: ANSWERED_WITHIN_MS, describe })
    await sessions.ask()
  }
  const comeAndGo = async (): Promise<void> => {
    for (const _ of range(times)) {
      await readOn()
      const begun = await context.fault(fault, { verify: () => Promise.all(nodes.map(writeAndRead)) })
      await until(performance.now() + forMs)
      // A node that was stopped gets to these before it gets to what Redis has to tell. Not to all keys: what is read anew is fresh.
      await Promise.all([sessions.ask(2), begun.heal()])
    }
    await readOn()
    isOver = true
  }
  const lengthMs = times * (BETWEEN_MS + forMs)
  await together(stop, [
    comeAndGo(),
    sessions.run(() => isOver),
    invalidations
      ? runInvalidations({ ...shared, journal: invalidations, deleters, lengthMs, isOver: () => isOver })
      : Promise.resolve(),
  ])

  await context.check(versions, monotonic, { boundMs: INVALIDATION_BOUND_MS, misses: losesData })
  if (invalidations) await context.check(invalidations, setFull, { staleBoundMs: INVALIDATION_BOUND_MS })
  const { history } = readHistory(versions.file)
  const isMet = ({ invokedNs, completedNs }: Operation): boolean =>
    history.faults.some(({ fromNs, toNs }) => invokedNs <= toNs && fromNs <= completedNs)
  const reads = history.operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
  const changes = history.operations.filter(({ f }) => f !== 'read')
  context.sometimes('a read during a fault', reads.filter(isMet).length)
  context.sometimes('a change whose end is unknown', changes.filter(({ outcome }) => outcome === 'info').length)
}

async function writeAndRead({ service, processId }: Node): Promise<void> {
  const key = { tenant: 'acme', key: `healed ${processId}` }
  await service.set(key, true, A_MINUTE)
  await service.get(key)
}

/** Waits until all tasks have ended. When one fails the others are told to stop. */
async function together(stop: AbortController, tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const task of tasks) task.catch((error: unknown) => stop.abort(error))
  const ends = await Promise.allSettled(tasks)
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
