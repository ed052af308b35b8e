import { styleText } from 'node:util'

import { explain } from '../guarantee/prove/judge.ts'
import type { KillMatrix } from '../guarantee/prove/judge.ts'
import { isSuspect } from '../history/history-evidence.ts'
import type { FileFailure, GuaranteeResult, GuaranteeStatus, RunPart, RunRecord } from '../run/record.ts'
import { breakdownOf, guaranteesOf } from './breakdown.ts'
import { describeBreakdown, describeLoad } from './console-load.ts'
import { dollars, duration } from './format-value.ts'
import { REPORT_FORMATS } from './formats.ts'
import { counterexampleText, judgeAgain, reasonOf } from './history-words.ts'
import { killRows, killSentence } from './kill-rows.ts'
import { plain, plainLine } from './plain-text.ts'
import { revenueOf } from './revenue.ts'
import { table } from './text-table.ts'
import { STATUS_WORDS, VERDICT_WORDS, isKept } from './verdict-words.ts'

/** Of the counter-example, in lines. */
const LONGEST_DRAWING = 40

/** One guarantee, as it comes out. */
export function resultLine({ id, status, durationMs }: Pick<GuaranteeResult, 'id' | 'status' | 'durationMs'>): string {
  const { sign, word, colour } = STATUS_WORDS[status]
  const words = status === 'passed' ? '' : ` ${word}`
  return `  ${styleText(colour, sign)} ${id}${styleText('dim', ` ${duration(durationMs)}`)}${words}`
}

/** The whole record for a terminal: a table of guarantees, what was measured, what is wrong, and where the record is. */
export function summary(record: RunRecord, directory: string): string {
  const guarantees = guaranteesOf(record)
  const rows = guarantees.map((result) => [
    `${STATUS_WORDS[result.status].sign} ${result.id}`,
    STATUS_WORDS[result.status].word,
    duration(result.durationMs),
    result.adapter,
    result.dependencies.join(', '),
  ])
  const hasLoad = guarantees.some(({ load }) => load !== undefined)
  const unkept = guarantees.filter(({ status }) => !isKept(status))
  const firstDrawn = unkept.find(({ histories = [] }) => histories.some((one) => counterexampleText(one).length > 0))
  const sections = [
    guarantees.length === 0 ? [] : table(['guarantee', 'verdict', 'time', 'adapter', 'on'], rows),
    ...guarantees.map(describeLoad),
    unkept.flatMap((one) => explainResult(one, one === firstDrawn)),
    record.parts.flatMap(({ fileFailures }) => fileFailures).flatMap(explainFileFailure),
    record.parts.flatMap(explainOtherFailures),
    ...Object.entries(record.killMatrices).map(([name, matrix]) => describeMatrix(name, matrix)),
    hasLoad ? describeBreakdown(breakdownOf(guarantees)) : [],
    [counts(record), `Record: ${directory}/run.json`, `Report: ${directory}/${REPORT_FORMATS.html.file}`],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

/** @param isFirst whether it is the first with a counter-example, which is the one that is drawn */
function explainResult(result: GuaranteeResult, isFirst: boolean): string[] {
  const { id, statement, status, reproduce, histories = [] } = result
  const { sign, word } = STATUS_WORDS[status]
  const suspects = histories.filter(isSuspect)
  const again = status === 'not-offered' ? [] : [`    again: ${plainLine(reproduce)}`]
  return [
    `${sign} ${plainLine(id)} ${word}: ${plainLine(statement)}`,
    ...firstLines(reasonOf(result)).map((line) => `    ${line}`),
    ...(isFirst ? suspects.flatMap(counterexampleText).slice(0, LONGEST_DRAWING) : []).map(
      (line) => `    ${plain(line)}`,
    ),
    ...suspects.flatMap(judgeAgain).map((line) => `    judge: ${line}`),
    ...again,
  ]
}

function explainFileFailure({ file, failure }: FileFailure): string[] {
  return [`✗ ${plainLine(file)} could not be run to its end`, ...firstLines(failure).map((line) => `    ${line}`)]
}

function explainOtherFailures({ package: name, otherTests }: RunPart): string[] {
  return otherTests.failures.flatMap((failure) => [
    `✗ ${plainLine(name)}, no guarantee: ${plainLine(failure.name)}`,
    ...firstLines(failure.message).map((line) => `    ${line}`),
  ])
}

function firstLines(text: string): string[] {
  return plain(text).trim().split('\n').slice(0, 12)
}

function counts(record: RunRecord): string {
  const guarantees = guaranteesOf(record)
  const total = (status: GuaranteeStatus): number => guarantees.filter((one) => one.status === status).length
  const parts = [`${total('passed')} passed`]
  if (total('warned') > 0) parts.push(`${total('warned')} warned`)
  parts.push(`${total('failed')} failed`)
  for (const status of ['invalid', 'not-offered', 'no-data'] as const)
    if (total(status) > 0) parts.push(`${total(status)} ${STATUS_WORDS[status].word}`)
  const { verdict, durationMs } = record
  const { word, colour } = VERDICT_WORDS[verdict]
  const guaranteesLine = guarantees.length === 0 ? '' : ` · guarantees: ${parts.join(', ')}${money(guarantees)}`
  return `Verdict: ${styleText(colour, word)}${guaranteesLine} · ${duration(durationMs)}`
}

/** What is at risk; of a run that measured load also what is protected. */
function money(guarantees: readonly GuaranteeResult[]): string {
  const { protectedUsd, atRiskUsd, unprovenUsd } = revenueOf(guarantees)
  const hasLoad = guarantees.some(({ load }) => load !== undefined)
  const unproven = unprovenUsd > 0 ? ` (${dollars(unprovenUsd)} of it, because nobody knows)` : ''
  return [
    hasLoad ? `; protected: ${dollars(protectedUsd)} a month` : '',
    atRiskUsd > 0 ? `; at risk: ${dollars(atRiskUsd)} a month${unproven}` : '',
  ].join('')
}

/** Which defects each guarantee was killed by, then what is wrong. */
function describeMatrix(name: string, matrix: KillMatrix): string[] {
  return [
    `Kill matrix of ${plainLine(name)}`,
    ...table(['guarantee', 'reference', 'canary', 'killed by'], killRows(matrix)),
    killSentence(matrix),
    ...matrix.findings.map((finding) => `  ${finding.kind === 'unjudged' ? '?' : '✗'} ${plainLine(explain(finding))}`),
    ...matrix.tooBroad.map(
      ({ label, guarantee, found }) => `  ! ${plainLine(`${label} breaks the control ${guarantee} as well: ${found}`)}`,
    ),
  ]
}
