import type { GuaranteeResult, RunRecord } from '../run/record.ts'
import { guaranteesOf } from './breakdown.ts'
import { counted, formatThreshold, formatValue, percent, thresholdsOf } from './format-value.ts'
import { plainLine } from './plain-text.ts'
import { table } from './text-table.ts'
import { STATUS_WORDS, VERDICT_WORDS, isKept } from './verdict-words.ts'

export const SLA_CATEGORIES = ['l4-performance', 'l3-integration', 'all'] as const
export type SlaCategory = (typeof SLA_CATEGORIES)[number]

/** Whether a run met the service levels of a category. */
export interface SlaCompliance {
  /** For a terminal. */
  readonly lines: readonly string[]
  /** All of it was measured, and met. Nothing at all is not. */
  readonly isMet: boolean
}

interface Row {
  readonly cells: readonly string[]
  readonly isMet: boolean
}

/** A row for each objective, and one for each guarantee that has none or is red beyond its objectives. */
export function slaCompliance(record: RunRecord, category: SlaCategory): SlaCompliance {
  const rows = guaranteesIn(record, category)
    .filter(({ status }) => status !== 'not-offered')
    .flatMap(rowsOf)
  if (rows.length === 0)
    return {
      lines: [`The run ${plainLine(record.id)} holds nothing of ${category}: nothing was shown to be met.`],
      isMet: false,
    }
  const met = rows.filter((row) => row.isMet).length
  const head = ['service level', 'verdict', 'value', 'baseline', 'critical', 'samples']
  const sentence = `SLA of run ${plainLine(record.id)}, ${category}: ${met} of ${counted(rows.length, 'service level')} met, pass rate ${percent(met, rows.length)}`
  const lines = [
    ...table(
      head,
      rows.map(({ cells }) => cells),
    ),
    '',
    sentence,
  ]
  return { lines, isMet: met === rows.length }
}

/** Whether a run holds anything of a category. */
export function isInCategory(record: RunRecord, category: SlaCategory): boolean {
  return guaranteesIn(record, category).length > 0
}

function guaranteesIn(record: RunRecord, category: SlaCategory): GuaranteeResult[] {
  const level = { 'l4-performance': 'L4', 'l3-integration': 'L3', all: undefined }[category]
  return guaranteesOf(record).filter((one) => level === undefined || one.level === level)
}

function rowsOf(guarantee: GuaranteeResult): Row[] {
  const { id, status, load } = guarantee
  const rows = (load?.objectives ?? []).map(({ id: name, objective, unit, value, samples, verdict }): Row => {
    const { baseline, critical } = thresholdsOf(objective)
    const { sign, word } = VERDICT_WORDS[verdict]
    return {
      isMet: verdict === 'pass' || verdict === 'warn',
      cells: [
        `${sign} ${name}`,
        word,
        formatValue(value, unit),
        formatThreshold(objective, baseline, unit),
        formatThreshold(objective, critical, unit),
        samples.toLocaleString('en'),
      ],
    }
  })
  // Its test may have failed although no objective did.
  if (rows.some(({ isMet }) => !isMet) || (rows.length > 0 && isKept(status))) return rows
  const { sign, word } = STATUS_WORDS[status]
  return [...rows, { isMet: isKept(status), cells: [`${sign} ${id}`, word, '–', '–', '–', '–'] }]
}
