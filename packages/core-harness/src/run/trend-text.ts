import { figureOf } from '../objective/figure.ts'
import type { Unit } from '../objective/objective.ts'
import type { ChangePoint } from '../statistics/change-points.ts'
import { LEAST_ON_EACH_SIDE } from '../statistics/change-points.ts'
import { median } from '../statistics/median.ts'
import { drawChart, sparkline } from './trend-chart.ts'
import type { Trend } from './trend.ts'

const SPARKS = 30

/** Cells of a table with a line for each metric. */
export function trendRows(trends: readonly Trend[]): string[][] {
  return [
    ['metric', 'runs', 'last', 'median', 'changes', ''],
    ...trends.map((trend) => {
      const values = numbersOf(trend)
      const figure = (value: number | undefined) =>
        value === undefined || Number.isNaN(value) ? '-' : figureOf(value, trend.unit as Unit)
      return [
        trend.id,
        String(values.length),
        figure(values.at(-1)),
        figure(median(values)),
        String(trend.changes.length),
        sparkline(values.slice(-SPARKS)),
      ]
    }),
  ]
}

/** One metric in full: the runs, a chart, and where it changed. */
export function trendInFull(trend: Trend, tableOf: (rows: readonly (readonly string[])[]) => string[]): string[] {
  const { unit, values, changes, conditions } = trend
  const figure = (value: number) => figureOf(value, unit as Unit)
  const rows = values.map((one) => [
    one.startedAt.slice(0, 19).replace('T', ' '),
    commitOf(one),
    figure(one.value as number),
    one.verdict,
    one.run,
  ])
  return [
    `${trend.id} (${trend.better} is better)`,
    `${conditions.suite}, ${conditions.adapter}, machine ${conditions.machine}, ${conditions.provider}, ${conditions.mode}`,
    '',
    ...tableOf([['started', 'commit', 'value', 'verdict', 'run'], ...rows]),
    '',
    ...drawChart(numbersOf(trend), { changes: changes.map(({ index }) => index), label: figure }),
    '',
    ...changeLines(trend, figure),
  ]
}

function changeLines(trend: Trend, figure: (value: number) => string): string[] {
  const { values, changes, missingRuns } = trend
  const hidden = [
    ...(trend.withoutValue > 0 ? [`${runs(trend.withoutValue)} measured no value that can be compared.`] : []),
    ...(trend.otherRuns > 0
      ? [
          `${runs(trend.otherRuns)} of another machine, provider, mode or adapter ${trend.otherRuns === 1 ? 'is' : 'are'} not shown.`,
        ]
      : []),
  ]
  if (missingRuns > 0)
    return [
      `Changes cannot be found yet: that takes ${LEAST_ON_EACH_SIDE} runs on each side, and ${runs(missingRuns)} ${missingRuns === 1 ? 'is' : 'are'} missing.`,
      ...hidden,
    ]
  if (changes.length === 0) return [`No change found in ${runs(values.length)}.`, ...hidden]
  return [...changes.map((change) => changeLine(trend, change, figure)), ...hidden]
}

function changeLine({ values, better }: Trend, change: ChangePoint, figure: (value: number) => string): string {
  const { index, before, after, significance } = change
  const first = values[index]
  const isBetter = better === 'lower' ? after < before : after > before
  const word = after === before ? 'other spread' : isBetter ? 'better' : 'worse'
  const share =
    before === 0 ? '' : ` (${after > before ? '+' : ''}${(((after - before) / Math.abs(before)) * 100).toFixed(1)} %)`
  return `Changed at ${first?.startedAt.slice(0, 16).replace('T', ' ')}, commit ${first ? commitOf(first) : '-'}: median ${figure(before)} → ${figure(after)}${share}, ${word}; p = ${significance.toFixed(3)}.`
}

function runs(count: number): string {
  return `${count} ${count === 1 ? 'run' : 'runs'}`
}

function commitOf({ commit, isDirty }: { readonly commit: string | null; readonly isDirty: boolean }): string {
  return commit === null ? '-' : `${commit.slice(0, 8)}${isDirty ? '+' : ''}`
}

function numbersOf({ values }: Trend): number[] {
  return values.map(({ value }) => value as number)
}
