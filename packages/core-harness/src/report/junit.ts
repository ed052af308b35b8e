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
      `errors="${count('no-data')}"`,
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
    failed: `<failure message="${escape(reason.split('\n')[0] ?? '')}">${escape(`${reason}\n${reproduce}`)}</failure>`,
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

/** For text and attributes; characters that XML 1.0 has no way to write are left out, with their terminal colours. */
export function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- these are the characters that must go
      .replace(/\u001B\[[0-9;]*m/g, '')
      // eslint-disable-next-line no-control-regex -- as above
      .replace(
        /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
        '',
      )
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
  )
}
