import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { nodeProgram } from '../../src/environment/node-program.ts'

const LEAKS = fileURLToPath(new URL('../../bench/leaks.ts', import.meta.url))

/** `npm run test:leaks` does it twenty times each. */
test('nothing is left when test processes and supervisors are killed at random moments', () => {
  const { status, stdout, stderr } = spawnSync(nodeProgram, [LEAKS, '--rounds', '3', '--json'], {
    encoding: 'utf8',
    timeout: 270_000,
  })
  // Clients whose server is killed under them may say so on the error output; what is left is in the results.
  if (status !== 0) throw new Error(`the leak program ended with ${status}\n${stdout}\n${stderr}`)
  const { results } = JSON.parse(stdout) as { results: { victim: string; left: string[]; cleanMs: number }[] }
  expect(results).toHaveLength(9)
  for (const { left } of results) expect(left).toEqual([])
}, 300_000)
