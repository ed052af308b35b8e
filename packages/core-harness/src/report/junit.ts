import { stripVTControlCharacters } from 'node:util'

import type { ObjectiveResult } from '../objective/verdict.ts'
import { isSuspect } from '../history/history-evidence.ts'
import type { GuaranteeResult, RunPart, RunRecord } from '../run/record.ts'
import { formatThreshold, formatValue, thresholdsOf } from './format-value.ts'
import { judgeAgain, reasonOf } from './history-words.ts'
import { adviceOn } from '../objective/advice.ts'

/** One case of a suite, and what it counts as. */
interface Case {
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped'
  readonly xml: string
}

/**
 * The record as JUnit XML, which CI systems read: a suite for each package; in it a case for each guarantee, followed by
 * its objectives, and for each test and file that failed besides.
 */
export function toJunit({ parts, startedAt }: RunRecord): string {
  const suites = parts.map((part) => {
    const cases = casesOf(part)
    const count = (kind: Case['kind']): number => cases.filter((one) => one.kind === kind).length
    const attributes = [
      `name="${escape(part.package)}"`,
      `tests="${cases.length}"`,
      `failures="${count('failure')}"`,
      `errors="${count('error')}"`,
      `skipped="${count('skipped')}"`,
      `time="${seconds(part.durationMs)}"`,
      `timestamp="${escape(startedAt)}"`,
    ]
    return [`  <testsuite ${attributes.join(' ')}>`, ...cases.map(({ xml }) => xml), '  </testsuite>'].join('\n')
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n')
}

function casesOf({ package: name, guarantees, otherTests, fileFailures }: RunPart): Case[] {
  return [
    ...guarantees.flatMap((one) => [guaranteeCase(one), ...(one.load?.objectives ?? []).map(objectiveCase)]),
    ...otherTests.failures.map((one) => failureCase(name, one.name, one.message)),
    ...fileFailures.map(({ file, failure }) => failureCase(name, file, failure)),
  ]
}

function guaranteeCase(result: GuaranteeResult): Case {
  const { contract, id, statement, durationMs, status, reason = '', reproduce, histories = [] } = result
  const again = [...histories.filter(isSuspect).flatMap(judgeAgain), reproduce].join('\n')
  const named = { suite: contract, name: `${id}: ${statement}`, durationMs }
  switch (status) {
    case 'passed':
    case 'warned':
      return testCase(named, 'passed', '')
    case 'failed':
      return testCase(
        named,
        'failure',
        `<failure message="${escape(reason.split('\n')[0] ?? '')}">${escape(`${reason}\n${again}`)}</failure>`,
      )
    case 'invalid':
    case 'no-data':
      return testCase(named, 'error', `<error message="${escape(reasonOf(result))}">${escape(again)}</error>`)
    case 'not-offered':
      return testCase(named, 'skipped', `<skipped message="${escape(reason)}"/>`)
  }
}

/** JUnit has no word for degraded: such an objective passes, and says why it is degraded. */
function objectiveCase(result: ObjectiveResult): Case {
  const { id, objective, unit, value, verdict, severity, explanation } = result
  const named = { suite: id.split('#')[0] ?? id, name: `${id}: ${objective.statement}`, durationMs: 0 }
  const { baseline, warning, critical } = thresholdsOf(objective)
  const thresholds = [baseline, warning, critical].map((one) => formatThreshold(objective, one, unit)).join(', ')
  const text = escape(
    [
      `value: ${formatValue(value, unit)}`,
      `baseline, warning, critical: ${thresholds}`,
      `severity: ${severity}`,
      explanation,
      `What to do: ${adviceOn(result)}`,
    ].join('\n'),
  )
  switch (verdict) {
    case 'pass':
      return testCase(named, 'passed', '')
    case 'warn':
      return testCase(named, 'passed', `<system-out>${text}</system-out>`)
    case 'fail':
      return testCase(named, 'failure', `<failure message="${escape(explanation)}">${text}</failure>`)
    case 'invalid':
    case 'no-data':
      return testCase(named, 'error', `<error message="${escape(explanation)}">${text}</error>`)
  }
}

function failureCase(suite: string, name: string, message: string): Case {
  const first = message.trim().split('\n')[0] ?? ''
  const body = `<failure message="${escape(first)}">${escape(message)}</failure>`
  return testCase({ suite, name, durationMs: 0 }, 'failure', body)
}

function testCase(
  { suite, name, durationMs }: { readonly suite: string; readonly name: string; readonly durationMs: number },
  kind: Case['kind'],
  body: string,
): Case {
  const open = `    <testcase classname="${escape(suite)}" name="${escape(name)}" time="${seconds(durationMs)}"`
  return { kind, xml: body === '' ? `${open}/>` : `${open}>${body}</testcase>` }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** What XML 1.0 has no way to write: control characters but tab and line ends, halves of surrogate pairs, and two more. */
const UNWRITABLE = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu

/** For text and attributes, without terminal colours. */
export function escape(text: string): string {
  return stripVTControlCharacters(text)
    .replace(UNWRITABLE, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
