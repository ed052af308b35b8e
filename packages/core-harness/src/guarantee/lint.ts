import { relative } from 'node:path'

import type { Contract, Level } from './contract.ts'
import { findTested } from './tested.ts'
import type { TestedGuarantee, UnreadableTest } from './tested.ts'

/**
 * Checks that every declared guarantee of a level that the package tests has exactly one test, in a file of its level, and
 * that every test proves a declared one.
 *
 * @returns one line for each problem; none when all is well
 */
export function lintGuarantees(contract: Contract, packageDirectory: string): string[] {
  const found = (['l3', 'l4'] as const).map((folder) => ({ folder, ...findTested(packageDirectory, folder) }))
  const place = ({ file, line }: TestedGuarantee | UnreadableTest): string =>
    `${relative(packageDirectory, file)}:${line}`
  const problems = found.flatMap(({ unreadable }) =>
    unreadable.map((test) => `${place(test)}: guarantee() takes the id as a string literal, so that it can be found`),
  )
  for (const { folder, tested } of found) {
    for (const test of tested) {
      const declared = contract.guarantees[test.id]
      if (!declared) problems.push(`${place(test)}: tests ${test.id}, which the contract does not declare`)
      else if (folderOf(declared.level) !== folder)
        problems.push(`${place(test)}: tests ${test.id} in ${folder}/, but it is declared at level ${declared.level}`)
    }
  }
  const all = found.flatMap(({ tested }) => tested)
  for (const [id, { level }] of Object.entries(contract.guarantees)) {
    const tests = all.filter((test) => test.id === id)
    if (tests.length === 0) problems.push(`${id} is declared, but no test in ${folderOf(level)}/ proves it`)
    if (tests.length > 1)
      problems.push(`${id} is proved by ${tests.length} tests instead of one: ${tests.map(place).join(', ')}`)
  }
  return problems
}

function folderOf(level: Level): 'l3' | 'l4' {
  return level === 'L3' ? 'l3' : 'l4'
}
