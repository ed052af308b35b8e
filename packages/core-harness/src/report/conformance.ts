import { stripVTControlCharacters } from 'node:util'

import { HarnessError } from '../environment/errors.ts'
import type { Contract } from '../guarantee/contract.ts'
import type { GuaranteeResult } from '../run/record.ts'

const WORDS = {
  passed: '✓ kept',
  warned: '✓ kept',
  failed: '✗ broken',
  invalid: 'no data',
  'not-offered': 'not offered',
  'no-data': 'no data',
} as const

/**
 * Which guarantees each adapter keeps, in Markdown, with what was found where one was broken.
 *
 * @param results by adapter, in the order of the columns
 */
export function conformanceTable(
  contract: Contract,
  results: Readonly<Record<string, readonly GuaranteeResult[]>>,
): string {
  const adapters = Object.keys(results)
  const ids = Object.keys(contract.guarantees).filter((id) =>
    Object.values(results).some((all) => all.some((one) => one.id === id)),
  )
  const cell = (adapter: string, id: string): GuaranteeResult | undefined =>
    results[adapter]?.find((one) => one.id === id)
  const rows = ids.map((id) => [
    `\`${id}\``,
    ...adapters.map((adapter) => WORDS[cell(adapter, id)?.status ?? 'no-data']),
  ])
  const kept = adapters.map((adapter) => {
    const all = results[adapter] ?? []
    const offered = all.filter(({ status }) => status !== 'not-offered').length
    return `**${all.filter(({ status }) => status === 'passed' || status === 'warned').length} of ${offered} offered**`
  })
  const found = adapters.flatMap((adapter) =>
    (results[adapter] ?? [])
      .filter(({ status, reason }) => (status === 'failed' || status === 'no-data') && reason !== undefined)
      .map(({ id, reason = '' }) => `- ${adapter}, \`${id}\`: ${inCode(firstSentence(reason))}`),
  )
  const lines = [['guarantee', ...adapters], ['---', ...adapters.map(() => '---')], ...rows, ['', ...kept]]
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return found.length === 0 ? table : `${table}\n\nWhat was found where a guarantee was broken:\n\n${found.join('\n')}`
}

/** Up to the matchers' own frames: what was expected, what was found. */
function firstSentence(reason: string): string {
  const [message = ''] = stripVTControlCharacters(reason).split(/\n\s+at /)
  const text = message
    .replace(/\s+/g, ' ')
    .replace(/^Error: /, '')
    .trim()
  return text.length > 240 ? `${text.slice(0, 240)}…` : text
}

function inCode(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

/**
 * Puts text between `<!-- begin NAME -->` and `<!-- end NAME -->`.
 *
 * @throws HarnessError when a document has no such marks
 */
export function replaceSection(document: string, name: string, text: string, file: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from)
    throw new HarnessError(`writing into ${file}: it has no section between ${begin} and ${end}`, {
      remedy: 'Put the two marks where the section is to be.',
    })
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`
}
