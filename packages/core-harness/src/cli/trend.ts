import { HarnessError } from '../environment/errors.ts'
import { RunHistory } from '../run/history.ts'
import { trendInFull, trendRows } from '../run/trend-text.ts'
import { trendsOf } from '../run/trend.ts'
import type { Trend } from '../run/trend.ts'
import { readArguments, UsageError } from './arguments.ts'
import { columns } from './columns.ts'
import type { Command } from './command.ts'

export const trend: Command = {
  usage: `Usage: harness trend WHAT [--metric ID] [--last N] [--json]

Prints what runs of the past measured, draws it over the runs, and says where it changed.
Runs are compared when suite, machine, provider, mode and adapter are the same as those of
the latest run. A change needs ten runs on each side.

  WHAT          a suite (cache.l4), a guarantee, or how the id of a metric begins
  --metric ID   only this metric, or those that end so (#p99, @duration), in full
  --last N      only the last N runs
  --json        as JSON

Exit codes: 0; 1 nothing is known of WHAT, or the history is damaged; 2 wrong command line.
`,
  run(args) {
    const { values, positionals } = readArguments(
      'trend',
      args,
      { metric: { type: 'string' }, last: { type: 'string' }, json: { type: 'boolean' } },
      { allowPositionals: true },
    )
    const [what, ...more] = positionals
    if (what === undefined || what === '' || more.length > 0)
      throw new UsageError('harness trend: it takes one WHAT', 'For example: npx harness trend cache.l4')
    const last = values.last === undefined ? Infinity : wholeNumber('--last', values.last)
    const trends = trendsOf(find(what), { last }).filter(
      ({ id }) => values.metric === undefined || id.endsWith(values.metric),
    )
    if (trends.length === 0)
      throw new HarnessError(`no run of the past measured ${values.metric ?? what}`, {
        remedy: 'Run the suite first (npx harness run); npx harness trend cache.l3 lists what is known of a suite.',
      })
    process.stdout.write(values.json ? `${JSON.stringify(trends, null, 2)}\n` : inText(trends, values.metric))
    return Promise.resolve(0)
  },
}

const SUITE = /^([a-z][a-z0-9-]*)[.:](l3|l4)$/

function find(what: string) {
  const history = RunHistory.open()
  try {
    const [, name, level] = SUITE.exec(what) ?? []
    return name === undefined ? history.values({ prefix: what }) : history.values({ suite: `${name}:${level}` })
  } finally {
    history.close()
  }
}

function inText(trends: readonly Trend[], metric: string | undefined): string {
  if (trends.length === 1 || metric !== undefined)
    return trends.map((one) => `${trendInFull(one, columns).join('\n')}\n`).join('\n')
  return `${columns(trendRows(trends)).join('\n')}\n\nOne in full: --metric ID\n`
}

export function wholeNumber(option: string, text: string, least = 1): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new UsageError(`${option} is ${JSON.stringify(text)}`, `It is a whole number of at least ${least}.`)
}
