import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const workspace = fileURLToPath(new URL('../../..', import.meta.url))
const example = join(workspace, 'packages/cache/examples/plain-redis.ts')

interface Part {
  readonly guarantees: readonly { readonly id: string; readonly adapter: string; readonly status: string }[]
}

/** Runs some guarantees of the cache suite on the example, as the README says, and gives their verdicts. */
async function verdictsOn(adapter: string, ids: readonly string[]): Promise<Record<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'cache-example-'))
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
  const suite = ['--config', 'packages/core-harness/src/jest/l3.config.mjs', '--rootDir', 'packages/cache']
  const child = spawn(
    process.execPath,
    [...jest, ...suite, '-t', ids.map((id) => id.replaceAll('.', '\\.')).join('|')],
    {
      cwd: workspace,
      env: { ...process.env, ADAPTER: adapter, INIT_CWD: workspace, HARNESS_RUN_DIRECTORY: directory },
      stdio: 'ignore',
    },
  )
  await once(child, 'exit')
  const part = JSON.parse(readFileSync(join(directory, 'parts/cache-l3.json'), 'utf8')) as Part
  rmSync(directory, { recursive: true })
  expect(new Set(part.guarantees.map((one) => one.adapter))).toEqual(new Set(['plain-redis']))
  return Object.fromEntries(part.guarantees.map(({ id, status }) => [id, status]))
}

/** It starts another Jest: 15 s on a quiet machine, and ten times that beside everything else. */
const SUITE_WITHIN_MS = 300_000

test(
  'the example of the README comes out as the README says',
  async () => {
    const expected = {
      'cache.ttl.never-after-expiry': 'passed',
      'cache.invalidation.no-stale-read': 'passed',
      'cache.invalidation.no-stale-set': 'failed',
      'cache.load.single-flight': 'failed',
      'cache.invalidation.commit-order': 'not-offered',
    }
    expect(await verdictsOn('./packages/cache/examples/plain-redis.ts', Object.keys(expected))).toEqual(expected)
  },
  SUITE_WITHIN_MS,
)

test('the README shows the example as it is', () => {
  const readme = readFileSync(join(workspace, 'README.md'), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\``)
})
