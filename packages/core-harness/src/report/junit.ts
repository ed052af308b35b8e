import { stripVTControlCharacters } from 'node:util'

import type { GuaranteeResult, RunRecord } from '../run/record.ts'

/** The record as JUnit XML, which CI systems read: a suite for each package, a case for each guarantee. */
export function toJunit({ parts, startedAt }: RunRecord): string {
  const suites = parts.map(({ package: name, guarantees, durationMs }) => {
    const count = (...statuses: GuaranteeResult['status'][]): number =>
      guarantees.filter(({ status }) => statuses.includes(status)).length
    const attributes = [
      `name="${escape(name)}"`,
      `tests="${guarantees.length}"`,
      `failures="${count('failed')}"`,
      `errors="${count('invalid', 'no-data')}"`,
      `skipped="${count('not-offered')}"`,
      `time="${seconds(durationMs)}"`,
      `timestamp="${escape(startedAt)}"`,
    ]
    return [`  <testsuite ${attributes.join(' ')}>`, ...guarantees.map(testCase), '  </testsuite>'].join('\n')
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n')
}

function testCase({ contract, id, statement, durationMs, status, reason = '', reproduce }: GuaranteeResult): string {
  const open = `    <testcase classname="${escape(contract)}" name="${escape(`${id}: ${statement}`)}" time="${seconds(durationMs)}"`
  const body = {
    passed: '',
    warned: '',
    failed: `<failure message="${escape(reason.split('\n')[0] ?? '')}">${escape(`${reason}\n${reproduce}`)}</failure>`,
    invalid: `<error message="${escape(reason)}">${escape(reproduce)}</error>`,
    'no-data': `<error message="${escape(reason)}">${escape(reproduce)}</error>`,
    'not-offered': `<skipped message="${escape(reason)}"/>`,
  }[status]
  return body === '' ? `${open}/>` : `${open}>${body}</testcase>`
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
