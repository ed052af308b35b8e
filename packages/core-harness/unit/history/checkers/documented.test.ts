import { readFileSync } from 'node:fs'

import { expect, test } from '@jest/globals'

import { CHECKERS } from '../../../src/history/checkers/index.ts'

/** Rows of all tables, each as its cells. */
const rows = readFileSync(new URL('../../../../../docs/histories.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .replaceAll('\\[', '[')
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('`', '')),
  )

test.each(Object.entries(CHECKERS))(
  'docs/histories.md tells what %s judges, reads and may be told',
  (name, checker) => {
    expect(checker.name).toBe(name)
    expect(rows).toContainEqual([name, checker.judges, expect.any(String)])
    for (const [f, shape] of Object.entries(checker.functions)) expect(rows).toContainEqual([name, f, shape])
  },
)
