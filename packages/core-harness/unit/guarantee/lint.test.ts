import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { defineContract } from '../../src/guarantee/contract.ts'
import { lintGuarantees } from '../../src/guarantee/lint.ts'

const common = { statement: 'It holds', segment: 'All', businessGoal: 'Trust', protectedMonthlyRevenueUsd: 1 } as const
const objective = {
  statement: 'It is quick',
  metric: { kind: 'duration' },
  comparison: '<',
  baseline: 1_000,
  recommendation: 'Hurry',
} as const
const contract = defineContract({
  name: 'toy',
  guarantees: {
    'toy.a.one': { ...common, level: 'L3' },
    'toy.a.two': { ...common, level: 'L4', objectives: { quick: objective } },
  },
})

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-guarantees-'))
  for (const level of ['l3', 'l4']) mkdirSync(join(folder, level))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

const one = "guarantee('toy.a.one', async () => {})\n"
const two = "guarantee('toy.a.two', async () => {})\n"

test('one test for each guarantee, in the folder of its level, is all that is asked', () => {
  write({ 'l3/a.l3.test.ts': one, 'l4/a.l4.test.ts': two })
  expect(lintGuarantees(contract, folder)).toEqual([])
})

test('a guarantee without a test is told', () => {
  write({ 'l3/a.l3.test.ts': one })
  expect(lintGuarantees(contract, folder)).toEqual(['toy.a.two is declared, but no test in l4/ proves it'])
})

test('a test that is only in a comment or a string is none', () => {
  write({ 'l3/a.l3.test.ts': one, 'l4/a.l4.test.ts': `// ${two}const text = "${two.trim()}"\n` })
  expect(lintGuarantees(contract, folder)).toEqual(['toy.a.two is declared, but no test in l4/ proves it'])
})

test('two tests of one guarantee, an unknown one, the wrong level and a computed id are told with their place', () => {
  write({
    'l3/a.l3.test.ts': `${one}\n${one}guarantee('toy.a.none', async () => {})\n${two}guarantee(id, async () => {})\n`,
    'l4/a.l4.test.ts': two,
  })
  expect(lintGuarantees(contract, folder)).toEqual([
    'l3/a.l3.test.ts:6: guarantee() takes the id as a string literal, so that it can be found',
    'l3/a.l3.test.ts:4: tests toy.a.none, which the contract does not declare',
    'l3/a.l3.test.ts:5: tests toy.a.two in l3/, but it is declared at level L4',
    'toy.a.one is proved by 2 tests instead of one: l3/a.l3.test.ts:1, l3/a.l3.test.ts:3',
    'toy.a.two is proved by 2 tests instead of one: l3/a.l3.test.ts:5, l4/a.l4.test.ts:1',
  ])
})

test('files of another ending are not read', () => {
  write({ 'l3/a.l3.test.ts': one, 'l4/a.l4.test.ts': two, 'l3/support.ts': one })
  expect(lintGuarantees(contract, folder)).toEqual([])
})
