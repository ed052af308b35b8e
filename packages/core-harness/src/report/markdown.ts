import { isSuspect } from '../history/history-evidence.ts'
import type { ObjectiveResult } from '../objective/verdict.ts'
import type { GuaranteeResult, RunRecord } from '../run/record.ts'
import { breakdownOf, guaranteesOf } from './breakdown.ts'
import { counted, dollars, duration, formatThreshold, formatValue, percent, thresholdsOf } from './format-value.ts'
import { headlineOf } from './headline.ts'
import { reasonOf } from './history-words.ts'
import { plainLine } from './plain-text.ts'
import { revenueOf } from './revenue.ts'
import { STATUS_WORDS, VERDICT_WORDS, isKept } from './verdict-words.ts'
import { adviceOn } from '../objective/advice.ts'

/** A CI system cuts a long step summary off, or refuses it; run.json and report.html have everything. */
const MOST_ROWS = 200
const MOST_ANOMALIES = 3

/** The run for the summary of a CI step: the verdict, the objectives, and what to do about what is wrong. */
export function toMarkdown(record: RunRecord): string {
  const guarantees = guaranteesOf(record)
  const { lead, more } = headlineOf(record)
  const sections = [
    [`# ${VERDICT_WORDS[record.verdict].sign} ${VERDICT_WORDS[record.verdict].word}: ${text(lead)}`],
    more.map((one) => `- ${text(one)}`),
    [facts(record)],
    objectives(guarantees),
    breaches(guarantees),
    validity(guarantees),
    others(guarantees),
    histories(guarantees),
    failures(record),
    breakdown(guarantees),
  ]
  const shown = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  return `${shown.join('\n\n')}\n`
}

function facts(record: RunRecord): string {
  const { protectedUsd, atRiskUsd } = revenueOf(guaranteesOf(record))
  return [
    `Run \`${code(record.id)}\``,
    `${record.mode} mode`,
    duration(record.durationMs),
    record.commit === null ? '' : `commit \`${code(record.commit.id.slice(0, 12))}\``,
    `${dollars(protectedUsd)} a month protected`,
    `${dollars(atRiskUsd)} at risk`,
  ]
    .filter((fact) => fact !== '')
    .join(' · ')
}

function objectives(guarantees: readonly GuaranteeResult[]): string[] {
  const results = guarantees.flatMap(({ load }) => load?.objectives ?? [])
  if (results.length === 0) return []
  const rows = results.map((result) => {
    const { id, objective, unit, value, samples, verdict } = result
    const { baseline, warning, critical } = thresholdsOf(objective)
    return [
      `${VERDICT_WORDS[verdict].sign} ${VERDICT_WORDS[verdict].word}`,
      `\`${code(id)}\``,
      text(formatValue(value, unit)),
      ...[baseline, warning, critical].map((one) => text(formatThreshold(objective, one, unit))),
      samples.toLocaleString('en'),
    ]
  })
  return [
    '## Objectives',
    '',
    ...table(['verdict', 'objective', 'value', 'baseline', 'warning', 'critical', 'samples'], rows),
  ]
}

function breaches(guarantees: readonly GuaranteeResult[]): string[] {
  const missed = guarantees.flatMap(({ load }) => load?.objectives ?? []).filter(({ verdict }) => verdict !== 'pass')
  return missed.length === 0 ? [] : ['## What to do', '', ...missed.slice(0, MOST_ROWS).map(breach)]
}

function breach(result: ObjectiveResult): string {
  const { id, objective, verdict, severity, explanation, protectedMonthlyRevenueUsd } = result
  const { sign, word } = VERDICT_WORDS[verdict]
  return [
    `- ${sign} **${word}, ${severity}**: ${text(objective.statement)} (\`${code(id)}\`, protects ${dollars(protectedMonthlyRevenueUsd)} a month)  `,
    `  ${text(explanation)}  `,
    `  → ${text(adviceOn(result))}`,
  ].join('\n')
}

function validity(guarantees: readonly GuaranteeResult[]): string[] {
  const lines = guarantees.flatMap(({ load }) =>
    (load?.workloads ?? []).flatMap(({ name, problems }) =>
      problems.map(({ kind, found, remedy }) => `- ? **${text(name)}**, ${kind}: ${text(found)} → ${text(remedy)}`),
    ),
  )
  return lines.length === 0 ? [] : ['## Measurements that were not good enough', '', ...lines]
}

/** Guarantees that are red, and those without objectives in a number. */
function others(guarantees: readonly GuaranteeResult[]): string[] {
  if (guarantees.length === 0) return []
  const shown = guarantees.filter(({ status }) => !isKept(status))
  const kept = guarantees.length - shown.length
  const rows = shown.map((result) => {
    const { id, statement, status, reproduce } = result
    return [
      `${STATUS_WORDS[status].sign} ${STATUS_WORDS[status].word}`,
      `\`${code(id)}\``,
      text(statement),
      short(reasonOf(result)),
      status === 'not-offered' ? '' : `\`${code(reproduce)}\``,
    ]
  })
  return [
    '## Guarantees',
    '',
    `${kept} of ${counted(guarantees.length, 'guarantee')} kept.`,
    ...(rows.length === 0 ? [] : ['', ...table(['verdict', 'guarantee', 'promise', 'found', 'again'], rows)]),
  ]
}

/** What checkers found in histories, where those are, and how to judge them again. */
function histories(guarantees: readonly GuaranteeResult[]): string[] {
  const lines = guarantees.flatMap((guarantee) =>
    (guarantee.histories ?? [])
      .filter(isSuspect)
      .flatMap(({ name, file, operations, results }) =>
        results
          .filter(({ verdict }) => verdict !== 'valid')
          .flatMap(({ checker, verdict, why = '', anomalies, again }) => [
            `- ${verdict === 'invalid' ? '✗' : '?'} **${text(name)}** of \`${code(guarantee.id)}\`: ${verdict} by ${text(checker)}, ${counted(operations, 'operation')} in \`${code(file)}\`  `,
            ...[why, ...anomalies.slice(0, MOST_ANOMALIES).map((one) => `${one.kind}: ${one.explanation}`)]
              .filter((one) => one !== '')
              .map((one) => `  ${short(one)}  `),
            `  \`${code(again)}\``,
          ]),
      ),
  )
  return lines.length === 0 ? [] : ['## Histories that were not found valid', '', ...lines]
}

function failures({ parts }: RunRecord): string[] {
  const lines = parts.flatMap(({ package: name, otherTests, fileFailures }) => [
    ...otherTests.failures.map((one) => `- ✗ ${text(name)}: ${text(one.name)}: ${short(one.message)}`),
    ...fileFailures.map((one) => `- ✗ ${text(name)}: ${text(one.file)} could not be run: ${short(one.failure)}`),
  ])
  return lines.length === 0 ? [] : ['## Tests that are no guarantee, and failed', '', ...lines]
}

function breakdown(guarantees: readonly GuaranteeResult[]): string[] {
  if (!guarantees.some(({ load }) => load)) return []
  const { severities, categories } = breakdownOf(guarantees)
  return [
    '## Breakdown',
    '',
    `By severity: ${severities.map(({ severity, count }) => `${severity} ${count}`).join(', ')}`,
    '',
    ...table(
      ['category', 'kept', 'of', 'rate'],
      categories.map((one) => [text(one.category), `${one.passed}`, `${one.total}`, percent(one.passed, one.total)]),
    ),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [head, head.map(() => '---'), ...rows.slice(0, MOST_ROWS)].map((cells) => `| ${cells.join(' | ')} |`)
  const more = rows.length - MOST_ROWS
  return more > 0 ? [...lines, '', `${more} more in report.html.`] : lines
}

function short(value: string): string {
  return text(plainLine(value).slice(0, 300))
}

/** As text in one line: nothing in it is Markdown, HTML, a mention, a link or the end of a cell. */
export function text(value: string): string {
  return plainLine(value)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~$-]/g, (character) => `\\${character}`)
    .replace(/@/g, '&#64;')
    .replace(/:\/\//g, '&#58;//')
    .replace(/\bwww\./gi, (found) => found.replace('.', '&#46;'))
}

/** As it stands between backticks in a cell. */
function code(value: string): string {
  return plainLine(value).replaceAll('`', "'").replaceAll('|', '\\|')
}
