import type { LoadEvidence } from '../objective/load-evidence.ts'
import type { ObjectiveResult } from '../objective/verdict.ts'
import type { GuaranteeResult } from '../run/record.ts'
import type { Breakdown } from './breakdown.ts'
import { counted, duration, formatThreshold, formatValue, percent, thresholdsOf } from './format-value.ts'
import { plainLine } from './plain-text.ts'
import { table } from './text-table.ts'
import { VERDICT_WORDS } from './verdict-words.ts'
import { adviceOn } from '../objective/advice.ts'

/** What a guarantee measured at L4, for a terminal: its objectives, then what is wrong with which, and what to do. */
export function describeLoad({ id, load }: GuaranteeResult): string[] {
  if (!load) return []
  const rows = load.objectives.map(objectiveRow)
  return [
    `Objectives of ${plainLine(id)}`,
    ...(rows.length === 0
      ? ['  none was judged']
      : table(['objective', 'verdict', 'value', 'baseline', 'warning', 'critical', 'samples'], rows)),
    ...load.objectives.filter(({ verdict }) => verdict !== 'pass').flatMap(explainObjective),
    ...describeValidity(load),
  ]
}

function objectiveRow(result: ObjectiveResult): string[] {
  const { id, objective, unit, value, samples, verdict } = result
  const { sign, word } = VERDICT_WORDS[verdict]
  const { baseline, warning, critical } = thresholdsOf(objective)
  const threshold = (one: number): string => formatThreshold(objective, one, unit)
  return [
    `${sign} ${id.slice(id.indexOf('#') + 1)}`,
    word,
    formatValue(value, unit),
    threshold(baseline),
    threshold(warning),
    threshold(critical),
    samples.toLocaleString('en'),
  ]
}

function explainObjective(result: ObjectiveResult): string[] {
  const { id, objective, verdict, severity, explanation } = result
  const { sign, word } = VERDICT_WORDS[verdict]
  return [
    `  ${sign} ${plainLine(id)} ${word} (${severity}): ${plainLine(objective.statement)}`,
    `      ${plainLine(explanation)}`,
    `      → ${plainLine(adviceOn(result))}`,
  ]
}

/** Why measurements were not good enough, and which were ended early. */
export function describeValidity({ workloads }: LoadEvidence): string[] {
  return workloads.flatMap(({ name, problems, aborted }) => [
    ...problems.flatMap(({ kind, found, remedy }) => [
      `  ? the measurement of ${plainLine(name)} is not good enough (${kind}): ${plainLine(found)}`,
      `      → ${plainLine(remedy)}`,
    ]),
    ...(aborted
      ? [`  ! ${plainLine(name)} was ended early, after ${duration(aborted.atMs)}: ${plainLine(aborted.why)}`]
      : []),
  ])
}

/** How many guarantees have which severity, and how many of each category were kept. */
export function describeBreakdown({ severities, categories, total, passed, averageDurationMs }: Breakdown): string[] {
  return [
    `${counted(total, 'guarantee')}, ${passed} kept (${percent(passed, total)}), ${duration(averageDurationMs)} each on average`,
    'By severity',
    ...severities.map(({ severity, count }) => `  ${severity}: ${count}`),
    'By category',
    ...categories.map(
      (one) => `  ${plainLine(one.category)}: ${one.passed}/${one.total} (${percent(one.passed, one.total)})`,
    ),
  ]
}
