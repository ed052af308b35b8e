import { stripVTControlCharacters, styleText } from 'node:util'

import { explain } from '../guarantee/prove/judge.ts'
import type { KillMatrix } from '../guarantee/prove/judge.ts'
import type { FileFailure, GuaranteeResult, GuaranteeStatus, RunRecord } from '../run/record.ts'

const MARKS: Readonly<Record<GuaranteeStatus, { readonly sign: string; readonly colour: 'green' | 'red' | 'yellow' }>> =
  {
    passed: { sign: '✓', colour: 'green' },
    warned: { sign: '!', colour: 'yellow' },
    failed: { sign: '✗', colour: 'red' },
    invalid: { sign: '?', colour: 'red' },
    'not-offered': { sign: '–', colour: 'yellow' },
    'no-data': { sign: '?', colour: 'red' },
  }

/** One guarantee, as it comes out. */
export function resultLine({ id, status, durationMs }: Pick<GuaranteeResult, 'id' | 'status' | 'durationMs'>): string {
  const { sign, colour } = MARKS[status]
  const words = status === 'passed' ? '' : ` ${status.replace('-', ' ')}`
  return `  ${styleText(colour, sign)} ${id}${styleText('dim', ` ${duration(durationMs)}`)}${words}`
}

/** The whole record for a terminal: a table of guarantees, what they cost, and where the record is. */
export function summary(record: RunRecord, directory: string): string {
  const guarantees = record.parts.flatMap((part) => part.guarantees)
  const rows = guarantees.map((result) => [
    `${MARKS[result.status].sign} ${result.id}`,
    result.status.replace('-', ' '),
    duration(result.durationMs),
    result.adapter,
    result.dependencies.join(', '),
  ])
  const sections = [
    guarantees.length === 0 ? [] : table(['guarantee', 'verdict', 'time', 'adapter', 'on'], rows),
    guarantees.filter(({ status }) => status !== 'passed').flatMap(explainResult),
    record.parts.flatMap(({ fileFailures }) => fileFailures).flatMap(explainFileFailure),
    Object.entries(record.killMatrices).flatMap(([name, matrix]) => describeMatrix(name, matrix)),
    [counts(record), `Record: ${directory}/run.json`],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function explainResult({ id, statement, status, reason = '', reproduce }: GuaranteeResult): string[] {
  const head = `${MARKS[status].sign} ${id} ${status.replace('-', ' ')}: ${statement}`
  const again = status === 'not-offered' ? [] : [`    again: ${reproduce}`]
  return [head, ...firstLines(reason).map((line) => `    ${line}`), ...again]
}

function explainFileFailure({ file, failure }: FileFailure): string[] {
  return [`✗ ${file} could not be run to its end`, ...firstLines(failure).map((line) => `    ${line}`)]
}

function firstLines(text: string): string[] {
  return stripVTControlCharacters(text).trim().split('\n').slice(0, 12)
}

function counts(record: RunRecord): string {
  const guarantees = record.parts.flatMap((part) => part.guarantees)
  const total = (status: GuaranteeStatus): number => guarantees.filter((one) => one.status === status).length
  const revenue = (statuses: GuaranteeStatus[]): number =>
    guarantees
      .filter(({ status }) => statuses.includes(status))
      .reduce((sum, one) => sum + one.protectedMonthlyRevenueUsd, 0)
  const parts = [`${total('passed')} passed`, `${total('failed')} failed`]
  if (total('not-offered') > 0) parts.push(`${total('not-offered')} not offered`)
  if (total('no-data') > 0) parts.push(`${total('no-data')} no data`)
  const atRisk = revenue(['failed', 'no-data'])
  const risk = atRisk === 0 ? '' : `; guarantees that failed protect $${atRisk.toLocaleString('en')} a month`
  const guaranteesLine = guarantees.length === 0 ? '' : ` · guarantees: ${parts.join(', ')}${risk}`
  const { verdict, durationMs } = record
  return `Verdict: ${styleText(verdict === 'pass' ? 'green' : 'red', verdict)}${guaranteesLine} · ${duration(durationMs)}`
}

/** Which defects each guarantee was killed by, then what is wrong. */
function describeMatrix(name: string, { charges, outcomes, findings, tooBroad }: KillMatrix): string[] {
  const guarantees = [...new Set(outcomes.map(({ guarantee }) => guarantee))].sort()
  const canaries = new Set(charges.filter(({ isCanary }) => isCanary).map(({ label }) => label))
  const failedUnder = (guarantee: string): string[] =>
    outcomes
      .filter((one) => one.guarantee === guarantee && one.status === 'failed' && one.label !== 'reference')
      .map(({ label }) => label)
  const rows = guarantees.map((guarantee) => {
    const killers = failedUnder(guarantee)
    const reference = outcomes.find((one) => one.guarantee === guarantee && one.label === 'reference')
    const canary = killers.some((label) => canaries.has(label)) ? 'killed' : '–'
    const defects = killers.filter((label) => !canaries.has(label))
    return [guarantee, reference?.status ?? '–', canary, defects.join(', ') || '–']
  })
  const sentence =
    findings.length === 0
      ? `Every one of ${charges.length} defects was killed by the guarantees that it names.`
      : `${findings.length} findings:`
  return [
    `Kill matrix of ${name}`,
    ...table(['guarantee', 'reference', 'canary', 'killed by'], rows),
    sentence,
    ...findings.map((finding) => `  ✗ ${explain(finding)}`),
    ...tooBroad.map(({ label, guarantee, found }) => `  ! ${label} breaks the control ${guarantee} as well: ${found}`),
  ]
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(column === cells.length - 1 ? 0 : (widths[column] ?? 0))).join('  ')
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)]
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
}
