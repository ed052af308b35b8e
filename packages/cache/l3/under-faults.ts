import { untilHealed, type Rule } from '@proving-ground/core-harness/fault'
import { readHistory, type Operation } from '@proving-ground/core-harness/history'
import { monotonic } from '@proving-ground/core-harness/history/checkers/monotonic'
import { setFull } from '@proving-ground/core-harness/history/checkers/set-full'
import { INVALIDATION_BOUND_MS } from '../src/contract.ts'
import { A_MINUTE, type Context, type Node } from './cluster-of-nodes.ts'
import { prepareInvalidations, runInvalidations } from './invalidations.ts'
import { runSessions } from './sessions.ts'

export interface UnderFaultsOptions {
  readonly nodes: readonly Node[]
  readonly faults: readonly Rule[]
  /** Of the schedule of faults. */
  readonly lengthMs: number
  /** After that an operation counts as unknown: less than a fault lasts. */
  readonly timeoutMs: number
  /** Nodes that the faults leave alone; all by default. */
  readonly unharmed?: readonly Node[]
  /** Redis forgets everything: a miss is then no answer that could be wrong. */
  readonly losesData?: boolean
}

const HEALS_WITHIN_MS = 10_000
/** Reads of all sessions that have to be answered when everything works again. */
const READS_AFTERWARDS = 150

/**
 * Sessions read and write, and keys that all nodes have copies of are deleted, while faults come and go, and for a while after the last.
 * The checkers judge what all of them saw.
 */
export async function proveUnderFaults(context: Context, options: UnderFaultsOptions): Promise<void> {
  const { nodes, faults, lengthMs, timeoutMs, unharmed: deleters = nodes, losesData = false } = options
  const shared = { nodes, seed: context.mode.seed, timeoutMs }
  const versions = context.history('versions')
  const invalidations = losesData ? undefined : context.history('invalidations')
  if (invalidations) await prepareInvalidations(nodes)

  let isHealed = false
  let enough = Infinity
  const isOver = (answered: number): boolean => {
    if (isHealed) enough = Math.min(enough, answered + READS_AFTERWARDS)
    return answered >= enough
  }
  const verify = (): Promise<unknown> => Promise.all(nodes.map(writeAndRead))
  const run = context.faults(faults, { lengthMs, verify })
  await together([
    async () => {
      await run.ended
      await untilHealed({ verify, withinMs: HEALS_WITHIN_MS })
      isHealed = true
    },
    (signal) => runSessions({ ...shared, journal: versions, isOver, signal }),
    async (signal) =>
      invalidations &&
      (await runInvalidations({
        ...shared,
        journal: invalidations,
        deleters,
        lengthMs,
        isHealed: () => isHealed,
        signal,
      })),
  ])

  await context.check(versions, monotonic, { boundMs: INVALIDATION_BOUND_MS, misses: losesData })
  if (invalidations) await context.check(invalidations, setFull, { staleBoundMs: INVALIDATION_BOUND_MS })
  const { history } = readHistory(versions.file)
  const isMet = ({ invokedNs }: Operation): boolean =>
    history.faults.some(({ fromNs, toNs }) => fromNs <= invokedNs && invokedNs <= toNs)
  const reads = history.operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
  const changes = history.operations.filter(({ f }) => f !== 'read')
  context.sometimes('a read during a fault', reads.filter(isMet).length)
  context.sometimes('a change whose end is unknown', changes.filter(({ outcome }) => outcome === 'info').length)
}

async function writeAndRead({ service, processId }: Node): Promise<void> {
  const key = { tenant: 'acme', key: `healed ${processId}` }
  await service.set(key, true, A_MINUTE)
  if ((await service.get(key)) !== true) throw new Error('what was written is not there')
}

/** Runs tasks until all have ended. When one fails the others are told to stop. */
async function together(tasks: readonly ((signal: AbortSignal) => Promise<unknown>)[]): Promise<void> {
  const stop = new AbortController()
  const ends = await Promise.allSettled(
    tasks.map(async (task) => {
      try {
        await task(stop.signal)
      } catch (error) {
        stop.abort(error)
        throw error
      }
    }),
  )
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
