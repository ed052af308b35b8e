import { expect, test } from '@jest/globals'

import { defineContract } from '../../src/guarantee/contract.ts'
import { explain, isOnlyUnjudged, judge } from '../../src/guarantee/prove/judge.ts'
import type { Charge, Outcome } from '../../src/guarantee/prove/judge.ts'

const common = {
  statement: 'It holds',
  level: 'L3',
  segment: 'All',
  businessGoal: 'Trust',
  protectedMonthlyRevenueUsd: 1,
} as const
const contract = defineContract({ name: 'toy', guarantees: { 'toy.a.one': common, 'toy.a.two': common } })
const ids = Object.keys(contract.guarantees)

const outcome = (label: string, guarantee: string, status: Outcome['status']): Outcome => ({
  label,
  guarantee,
  status,
  durationMs: 1,
})
const kept = (label: string): Outcome[] => ids.map((id) => outcome(label, id, 'passed'))
const broke = (label: string): Outcome[] => ids.map((id) => outcome(label, id, 'failed'))
const charge = (label: string, breaks: readonly string[]): Charge => ({
  label,
  breaks,
  control: undefined,
  isCanary: false,
})
const canary: Charge = { label: 'canary', breaks: ids, control: undefined, isCanary: true }
const defects = [charge('d1', ['toy.a.one']), charge('d2', ['toy.a.two']), canary]
const sound = [
  ...kept('reference'),
  outcome('d1', 'toy.a.one', 'failed'),
  outcome('d2', 'toy.a.two', 'failed'),
  ...broke('canary'),
]

function findings(outcomes: readonly Outcome[], charges: readonly Charge[] = defects, expectAll = true): string[] {
  return judge(contract, ids, charges, outcomes, expectAll).findings.map(explain)
}

test('nothing is found where all is as it has to be', () => {
  expect(findings(sound)).toEqual([])
})

test('a defect whose test passes, is not offered, could not run or did not run survives', () => {
  const without = sound.filter(({ label }) => label !== 'd1')
  expect(findings([...without, outcome('d1', 'toy.a.one', 'passed')])).toEqual([
    'survivor: d1 names toy.a.one, but its test passed',
  ])
  expect(findings([...without, outcome('d1', 'toy.a.one', 'not-offered')])).toEqual([
    'survivor: d1 names toy.a.one, but it is not offered',
  ])
  expect(findings([...without, outcome('d1', 'toy.a.one', 'broken')])).toEqual([
    'survivor: d1 names toy.a.one, but its test could not be run',
  ])
  expect(findings(without)).toEqual(['survivor: d1 names toy.a.one, but its test did not run'])
})

test('a reference that breaks a guarantee is a false alarm', () => {
  expect(findings([...sound.slice(1), outcome('reference', 'toy.a.one', 'failed')])).toEqual([
    'false alarm: the reference does not keep toy.a.one: its test failed',
  ])
})

test('a canary that keeps one guarantee has survived', () => {
  const outcomes = sound.map((one) =>
    one.label === 'canary' && one.guarantee === 'toy.a.two' ? { ...one, status: 'passed' as const } : one,
  )
  expect(findings(outcomes)).toEqual(['the canary survived toy.a.two: its test passed'])
})

test('a guarantee that only the canary breaks, and a missing canary, are found when all defects ran', () => {
  expect(findings(sound, [charge('d1', ['toy.a.one'])])).toEqual([
    'unproved: no defect breaks toy.a.two',
    'no canary: there is no defect that breaks "all"',
  ])
  expect(findings(sound, [charge('d1', ['toy.a.one'])], false)).toEqual([])
})

test('who breaks an objective breaks its guarantee, and each objective takes a defect of its own', () => {
  const targets = [...ids, 'toy.a.two#p99', 'toy.a.two#errors']
  const charges = [charge('d1', ['toy.a.one']), charge('slow', ['toy.a.two#p99']), canary]
  const outcomes = [
    ...targets.map((id) => outcome('reference', id, 'passed')),
    outcome('d1', 'toy.a.one', 'failed'),
    outcome('slow', 'toy.a.two#p99', 'failed'),
    ...broke('canary'),
  ]
  const matrix = judge(contract, targets, charges, outcomes, true)
  expect(matrix.findings.map(explain)).toEqual(['unproved: no defect breaks toy.a.two#errors'])
  expect(matrix.outcomes).toHaveLength(outcomes.length)
})

test('what could not be measured is not judged: neither a survivor, nor a false alarm', () => {
  const without = sound.filter(
    ({ label, guarantee }) => label !== 'd1' && !(label === 'reference' && guarantee === ids[0]),
  )
  const { findings: found } = judge(
    contract,
    ids,
    defects,
    [...without, outcome('reference', 'toy.a.one', 'invalid'), outcome('d1', 'toy.a.one', 'invalid')],
    true,
  )
  expect(found.map(explain)).toEqual([
    'not judged: toy.a.one under reference: the measurement was not good enough',
    'not judged: toy.a.one under d1: the measurement was not good enough',
  ])
  expect(isOnlyUnjudged(found)).toBe(true)
  expect(isOnlyUnjudged([...found, { kind: 'no-canary' }])).toBe(false)
  expect(isOnlyUnjudged([])).toBe(false)
})
