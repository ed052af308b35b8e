import { join } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { checkOut } from './compare-checkout.ts'
import type { Checkout } from './compare-checkout.ts'
import { abbaSchedule, decideComparison, pairMetrics } from './compare-decision.ts'
import type { DecisionOptions, MetricComparison, Side } from './compare-decision.ts'
import { bringDown, runSide } from './compare-side.ts'
import type { RunMetric } from './history-metrics.ts'

export interface CompareOptions extends DecisionOptions {
  readonly base: string
  readonly candidate: string
  /** `cache:l4` */
  readonly suite: string
  readonly pairs: number
  /** Only metrics whose id holds one of these; all when it is empty. */
  readonly metrics: readonly string[]
  readonly workspace: string
  /** Where the runs leave what they measured. */
  readonly directory: string
  readonly signal: AbortSignal
  /** Is told what goes on, a line at a time. */
  tell(line: string): void
}

export interface ComparedVersions {
  readonly base: string
  readonly candidate: string
  readonly comparisons: readonly MetricComparison[]
  /** Metrics that have no ratio, because a run did not measure them, or measured zero. */
  readonly leftOut: readonly string[]
}

/**
 * Runs a suite on two versions by turns, and decides about each metric. Worktrees that it makes are gone afterwards, also
 * when it was interrupted.
 *
 * @throws HarnessError
 */
export async function compareVersions(options: CompareOptions): Promise<ComparedVersions> {
  const made: Checkout[] = []
  const removeAll = () => made.forEach((checkout) => checkout.remove())
  // A second Ctrl-C ends the process where it stands.
  process.on('exit', removeAll)
  try {
    const checkouts = { base: take('base'), candidate: take('candidate') }
    const pairs = await runPairs(checkouts, options)
    const { paired, leftOut } = pairMetrics(pairs)
    const chosen = paired.filter(({ id }) => isChosen(id, options.metrics))
    if (chosen.length === 0)
      throw new HarnessError(
        `comparing ${options.suite}: no metric of ${options.metrics.join(', ') || 'it'} was measured in every run`,
        {
          remedy: `There are: ${paired.map(({ id }) => id).join(', ') || 'none'}.`,
        },
      )
    return {
      base: checkouts.base.name,
      candidate: checkouts.candidate.name,
      comparisons: decideComparison(chosen, options),
      leftOut: leftOut.filter((id) => isChosen(id, options.metrics)),
    }
  } finally {
    await Promise.allSettled(made.filter(({ isTemporary }) => isTemporary).map(bringDown))
    removeAll()
    process.off('exit', removeAll)
  }

  function take(side: Side): Checkout {
    const checkout = checkOut(options[side], options.workspace)
    made.push(checkout)
    const remark = checkout.remark === undefined ? '' : `: ${checkout.remark}`
    options.tell(`${side}: ${checkout.name}${remark}`)
    return checkout
  }
}

async function runPairs(
  checkouts: Readonly<Record<Side, Checkout>>,
  { suite, pairs, directory, signal, tell }: CompareOptions,
): Promise<Record<Side, readonly RunMetric[]>[]> {
  const measured: Record<Side, readonly RunMetric[]>[] = []
  for (const [pair, order] of abbaSchedule(pairs).entries()) {
    const both: Record<Side, readonly RunMetric[]> = { base: [], candidate: [] }
    for (const side of order) {
      const beganAtMs = performance.now()
      both[side] = await runSide(checkouts[side], suite, join(directory, `${pair + 1}-${side}`), signal)
      if (signal.aborted) throw new HarnessError('the comparison was interrupted', { exitCode: 130 })
      tell(`pair ${pair + 1} of ${pairs}: ${side} took ${((performance.now() - beganAtMs) / 1_000).toFixed(1)} s`)
    }
    measured.push(both)
  }
  return measured
}

function isChosen(id: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((text) => id.includes(text))
}
