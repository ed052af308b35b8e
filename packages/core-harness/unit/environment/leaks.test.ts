import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { nodeProgram } from '../../src/environment/node-program.ts'

const LEAKS = fileURLToPath(new URL('../../bench/leaks.ts', import.meta.url))

/** It takes a minute, and more than four of them beside everything else on a crowded machine. */
const ENDED_WITHIN_MS = 540_000

/** `npm run test:leaks` does it twenty times each. */
test(
  'nothing is left when test processes and supervisors are killed at random moments',
  () => {
    const { status, signal, stdout, stderr } = spawnSync(nodeProgram, [LEAKS, '--rounds', '3', '--json'], {
      encoding: 'utf8',
      timeout: ENDED_WITHIN_MS,
    })
    // Clients whose server is killed under them may say so on the error output; what is left is in the results.
    if (status !== 0) throw new Error(`the leak program ended with ${status ?? signal}\n${stdout}\n${stderr}`)
    const { results } = JSON.parse(stdout) as { results: { victim: string; left: string[]; cleanMs: number }[] }
    expect(results).toHaveLength(9)
    for (const { left } of results) expect(left).toEqual([])
  },
  ENDED_WITHIN_MS + 30_000,
)
