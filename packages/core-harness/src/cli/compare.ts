import { join } from 'node:path'

import { stateFolder, workspaceRoot } from '../environment/workspace.ts'
import { figureOf } from '../objective/figure.ts'
import type { Unit } from '../objective/objective.ts'
import { compareVersions } from '../run/compare.ts'
import type { ComparedVersions } from '../run/compare.ts'
import { LEAST_PAIRS } from '../run/compare-decision.ts'
import type { MetricComparison } from '../run/compare-decision.ts'
import { median } from '../statistics/median.ts'
import { readArguments, UsageError } from './arguments.ts'
import { columns } from './columns.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { wholeNumber } from './trend.ts'

const DEFAULT_PAIRS = 10

export const compare: Command = {
  usage: `Usage: harness compare BASE CANDIDATE --suite SUITE [--pairs N]
                       [--minimum-effect SHARE] [--metric TEXT]... [--json]

Runs a suite, quick, on two versions by turns (ABBA) on this machine, and says of each metric
whether the candidate is slower, faster, the same, or whether that is unclear, with the 95 %
interval of the ratio. docs/trends.md says for how much noise it finds how much.

  BASE, CANDIDATE         git refs, or folders with a workspace
  --suite SUITE           a target of a package: cache:l4, cache:l3
  --pairs N               runs of each version (${DEFAULT_PAIRS}; at least ${LEAST_PAIRS})
  --minimum-effect SHARE  less than this does not count (0.05)
  --metric TEXT           only metrics whose id holds TEXT; the fewer, the surer
  --json                  the result as JSON

Exit codes: 0 nothing got slower; 1 something did, or a run failed; 2 wrong command line.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'compare',
      args,
      {
        suite: { type: 'string' },
        pairs: { type: 'string' },
        'minimum-effect': { type: 'string' },
        metric: { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
      { allowPositionals: true },
    )
    const [base, candidate, ...more] = positionals
    if (base === undefined || candidate === undefined || more.length > 0)
      throw new UsageError(
        'harness compare: it takes BASE and CANDIDATE',
        'For example: npx harness compare main HEAD --suite cache:l4',
      )
    if (values.suite === undefined || !/^[\w.@/-]+:[\w-]+$/.test(values.suite))
      throw new UsageError(
        `harness compare: --suite is ${values.suite === undefined ? 'missing' : JSON.stringify(values.suite)}`,
        'A suite reads package:level, for example --suite cache:l4.',
      )
    const result = await compareVersions({
      base,
      candidate,
      suite: values.suite,
      pairs: values.pairs === undefined ? DEFAULT_PAIRS : wholeNumber('--pairs', values.pairs, LEAST_PAIRS),
      minimumEffect: share(values['minimum-effect'] ?? '0.05'),
      metrics: values.metric ?? [],
      workspace: workspaceRoot,
      directory: join(stateFolder('compare'), new Date().toISOString().replace(/[-:.]/g, '')),
      signal: interruption(),
      tell: (line) => process.stderr.write(`${line}\n`),
    })
    process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : inText(result))
    return result.comparisons.some(({ verdict }) => verdict === 'slower') ? 1 : 0
  },
}

function share(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw new UsageError(`--minimum-effect is ${JSON.stringify(text)}`, 'It is a share from 0 to 1: 0.05 is 5 %.')
}

const WORST_FIRST = ['slower', 'unclear', 'faster', 'same']

function inText({ base, candidate, comparisons, leftOut }: ComparedVersions): string {
  const sorted = comparisons.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict))
  const table = columns([['verdict', 'metric', 'base', 'candidate', 'change', '95 % interval'], ...sorted.map(cells)])
  const count = (verdict: string) => comparisons.filter((one) => one.verdict === verdict).length
  const needed = Math.max(0, ...comparisons.map(({ pairsNeeded }) => pairsNeeded ?? 0))
  return [
    '',
    ...table,
    '',
    `${candidate} against ${base}: ${count('slower')} slower, ${count('faster')} faster, ${count('same')} the same, ${count('unclear')} unclear.`,
    ...(needed > 0
      ? [`The noisiest that is unclear would take about ${needed} pairs; or choose metrics with --metric.`]
      : []),
    ...(leftOut.length > 0 ? [`Not measured above zero in every run, and left out: ${leftOut.join(', ')}.`] : []),
    '',
  ].join('\n')
}

function cells({ id, unit, verdict, ratio, interval, pairs }: MetricComparison): string[] {
  const middle = (side: 0 | 1) => figureOf(median(pairs.map((pair) => pair[side])), unit as Unit)
  return [verdict, id, middle(0), middle(1), change(ratio), `${change(interval.low)} to ${change(interval.high)}`]
}

function change(ratio: number): string {
  const percent = (ratio - 1) * 100
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`
}
