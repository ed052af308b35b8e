import { expect, test } from '@jest/globals'
import { fileURLToPath } from 'node:url'

import { provePackage } from '../../src/cli/prove-package.ts'
import { explain } from '../../src/guarantee/prove/judge.ts'
import { RunDirectory } from '../../src/run/run-directory.ts'

const toy = { name: 'toy', directory: fileURLToPath(new URL('../fixtures/toy', import.meta.url)) }

async function prove(isFull: boolean, ...defects: string[]) {
  const signal = new AbortController().signal
  const paths = defects.map((name) => `${toy.directory}/more-defects/${name}.ts`)
  return await provePackage(toy, RunDirectory.create(), { defects: paths, isFull, levels: ['l3'], workers: 2, signal })
}

test('a package whose defects are all killed has no findings', async () => {
  const matrix = await prove(false)
  expect(matrix.findings.map(explain)).toEqual([])
  const cell = (label: string, guarantee: string) =>
    matrix.outcomes.find((one) => one.label === label && one.guarantee === guarantee)?.status
  expect(cell('reference', 'toy.count.exact')).toBe('passed')
  expect(cell('adds-twice', 'toy.count.exact')).toBe('failed')
  expect(cell('adds-twice', 'toy.count.starts-at-zero')).toBeUndefined()
  expect(cell('canary', 'toy.reset.to-zero')).toBe('failed')
  expect(cell('adds-twice', 'toy.reset.to-zero')).toBeUndefined()
})

test('for one defect only what it is put to is run, also under the reference', async () => {
  const { outcomes, findings } = await prove(false, 'survivor')
  expect(outcomes.map(({ label, guarantee }) => [label, guarantee]).toSorted()).toEqual([
    ['reference', 'toy.count.exact'],
    ['survivor', 'toy.count.exact'],
  ])
  expect(findings.map(explain)).toEqual(['survivor: survivor names toy.count.exact, but its test passed'])
})

test('a survivor and a defect that does not start are findings; one that breaks the control is told', async () => {
  const matrix = await prove(true, 'survivor', 'does-not-start', 'too-broad')
  const findings = matrix.findings.map(explain)
  expect(findings).toHaveLength(2)
  expect(findings).toContainEqual('survivor: survivor names toy.count.exact, but its test passed')
  expect(findings).toContainEqual(
    expect.stringMatching(/^survivor: does-not-start names .*could not be run.*no such host/),
  )
  expect(matrix.tooBroad).toMatchObject([
    { label: 'does-not-start', guarantee: 'toy.count.starts-at-zero' },
    { label: 'too-broad', guarantee: 'toy.count.starts-at-zero' },
  ])
})
