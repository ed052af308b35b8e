import { expect, test } from '@jest/globals'

import { defineContract } from '../../src/guarantee/contract.ts'
import { conformanceTable, replaceSection } from '../../src/report/conformance.ts'
import type { GuaranteeResult } from '../../src/run/record.ts'

const common = {
  statement: 'It holds',
  level: 'L3',
  segment: 'All',
  businessGoal: 'Trust',
  protectedMonthlyRevenueUsd: 1,
} as const
const contract = defineContract({ name: 'toy', guarantees: { 'toy.a.one': common, 'toy.a.two': common } })
const result = (id: string, status: GuaranteeResult['status'], reason?: string) =>
  ({ id, status, reason }) as GuaranteeResult

test('the table has a row for each guarantee and says what was found', () => {
  const table = conformanceTable(contract, {
    reference: [result('toy.a.one', 'passed'), result('toy.a.two', 'passed')],
    other: [
      result('toy.a.one', 'failed', 'Error: served `old`\n   after 50 ms\n    at x.ts:1'),
      result('toy.a.two', 'not-offered', 'no'),
    ],
  })
  expect(table.split('\n')).toEqual([
    '| guarantee | reference | other |',
    '| --- | --- | --- |',
    '| `toy.a.one` | ✓ kept | ✗ broken |',
    '| `toy.a.two` | ✓ kept | not offered |',
    '|  | **2 of 2 offered** | **0 of 1 offered** |',
    '',
    'What was found where a guarantee was broken:',
    '',
    "- other, `toy.a.one`: `served 'old' after 50 ms`",
  ])
})

test('a section is replaced between its marks, and only there', () => {
  const document = 'before\n<!-- begin x -->\nold\n<!-- end x -->\nafter\n'
  const once = replaceSection(document, 'x', 'new', 'README.md')
  expect(once).toBe('before\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\nafter\n')
  expect(replaceSection(once, 'x', 'new', 'README.md')).toBe(once)
  expect(() => replaceSection('nothing', 'x', 'new', 'README.md')).toThrow(/no section between/)
})
