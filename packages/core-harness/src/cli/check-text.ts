import { z } from 'zod'

import type { Checker, CheckResult } from '../history/checkers/checker.ts'
import { timelineText } from '../history/timeline-text.ts'
import type { ReadHistory } from '../history/read-history.ts'
import { columns } from './columns.ts'

const MOST_ANOMALIES = 10

/** The verdict on a history, with its evidence, for a terminal. */
export function checkText(file: string, { history, notes }: ReadHistory, result: CheckResult): string {
  const { operations, faults, seed } = history
  const processes = new Set(operations.map(({ process }) => process)).size
  const made = [
    counted(operations.length, 'operation'),
    counted(processes, 'process', 'processes'),
    counted(faults.length, 'fault'),
    ...(seed === null ? [] : [`seed ${seed}`]),
  ]
  const counts = Object.entries(result.counts).map(([name, count]) => [`  ${name}`, count.toLocaleString('en')])
  return [
    `${file}: ${result.verdict} by ${result.checker}`,
    ...(result.why === undefined ? [] : [`  ${result.why}`]),
    `  ${made.join(', ')}`,
    ...notes.map((note) => `  ${note}`),
    '',
    ...columns(counts),
    ...anomaliesText(result),
    ...evidenceText({ history, notes }, result),
  ].join('\n')
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

function anomaliesText({ anomalies }: CheckResult): string[] {
  if (anomalies.length === 0) return []
  const told = anomalies.slice(0, MOST_ANOMALIES).map(({ kind, explanation, operations }) => {
    return `  ${kind}: ${explanation} [${operations.join(', ')}]`
  })
  const left = anomalies.length - told.length
  return [
    '',
    'Anomalies, with the index of each operation',
    ...told,
    ...(left > 0 ? [`  and ${left} more: --json`] : []),
  ]
}

/** The counter-example; where the checker has none, what shows the first anomaly. */
function evidenceText({ history }: ReadHistory, { anomalies, counterexample }: CheckResult): string[] {
  const marked = anomalies[0]?.operations ?? []
  const shown = counterexample ?? history.operations.filter(({ index }) => marked.includes(index))
  if (shown.length === 0) return []
  const title = counterexample ? 'The fewest operations that still show it' : 'The operations of the first'
  return ['', title, '', timelineText(shown, { marked, faults: history.faults })]
}

/** Each checker with what it judges and its options. */
export function checkersText(checkers: Readonly<Record<string, Checker<unknown>>>): string {
  const paragraphs = Object.values(checkers).map(({ name, judges, options }) =>
    [`  ${name}: ${judges}`, ...optionTexts(options).map((option) => `    ${option.name}  ${option.text}`)].join('\n'),
  )
  return paragraphs.join('\n')
}

interface OptionText {
  readonly name: string
  /** What it may be, its default, and what it means. */
  readonly text: string
}

/** What a checker's schema says of its options. */
export function optionTexts(options: z.ZodType): OptionText[] {
  const schema = z.toJSONSchema(options, { unrepresentable: 'any' })
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    if (typeof property === 'boolean') return { name, text: '' }
    const { default: byDefault, description = '' } = property
    const parts = [valuesText(property), byDefault === undefined ? '' : `(${JSON.stringify(byDefault)})`, description]
    return { name, text: parts.filter((part) => part !== '').join(' ') }
  })
}

/** `"a" | "b"`, `number | null`; empty where the schema does not say. */
function valuesText(schema: z.core.JSONSchema._JSONSchema): string {
  if (typeof schema === 'boolean') return ''
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf) return schema.anyOf.map(valuesText).join(' | ')
  return [schema.type ?? ''].flat().join(' | ')
}
