import type { Fault } from '@proving-ground/core-harness/fault'
import { eventually } from '@proving-ground/core-harness/guarantee'
import { readHistory, type Operation } from '@proving-ground/core-harness/history'
import { monotonic } from '@proving-ground/core-harness/history/checkers/monotonic'
import { setFull } from '@proving-ground/core-harness/history/checkers/set-full'
import { INVALIDATION_BOUND_MS } from '../src/contract.ts'
import { A_MINUTE, range, type Context, type Node } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { prepareInvalidations, runInvalidations } from './invalidations.ts'
import { runSessions } from './sessions.ts'

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

  let answered = 0
  let isOver = false
  const moreReads = async (): Promise<void> => {
    const enough = answered + READS_BETWEEN
    const describe = `${READS_BETWEEN} more reads are answered`
    await eventually(() => answered >= enough, { withinMs: ANSWERED_WITHIN_MS, describe })
  }
  const comeAndGo = async (): Promise<void> => {
    for (const _ of range(times)) {
      await moreReads()
      const begun = await context.fault(fault, { verify: () => Promise.all(nodes.map(writeAndRead)) })
      await until(performance.now() + forMs)
      await begun.heal()
    }
    await moreReads()
    isOver = true
  }
  const shared = { nodes, seed: context.mode.seed, timeoutMs, isOver: () => isOver }
  await together([
    comeAndGo,
    (signal) => runSessions({ ...shared, journal: versions, onAnswer: () => answered++, signal }),
    async (signal) => {
      const lengthMs = times * (BETWEEN_MS + forMs)
      if (invalidations) await runInvalidations({ ...shared, journal: invalidations, deleters, lengthMs, signal })
    },
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
