import { expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'

import { scratchFolder } from './scratch-folder.ts'

const DOCUMENT = new URL('../../../../docs/histories.md', import.meta.url)
const HISTORY = new URL('../../src/history/index.ts', import.meta.url)
const HARNESS = fileURLToPath(new URL('../../bin/harness.mjs', import.meta.url))

/** What the example leaves to its reader: a register, which now and then refuses a write, or does not say that it was done. */
const REGISTER = `
const url = 'register://here'
const register = new Map<string, unknown>()
let writes = 0
async function connect(to: string) {
  if (to !== url) throw new Error(to)
  return {
    get: async (key: string) => register.get(key) ?? null,
    async set(key: string, value: unknown) {
      writes++
      if (writes % 10 === 0) throw Object.assign(new Error('READONLY'), { code: 'READONLY' })
      register.set(key, value)
      if (writes % 3 === 0) throw new Error('the connection was lost')
    },
    end: () => undefined,
  }
}
`

test('the example of docs/histories.md runs as it stands, and the command below it judges what came of it', async () => {
  const document = readFileSync(DOCUMENT, 'utf8')
  const [, example = ''] = /```ts\n(.*?)```/s.exec(document) ?? []
  const [, command = ''] = /npx harness (check register\.jsonl --checker .*)/.exec(document) ?? []
  using folder = scratchFolder()
  folder.write('example.mts', REGISTER + example.replace('@proving-ground/core-harness/history', HISTORY.href))
  const run = promisify(execFile)
  const options = { cwd: folder.path, env: { ...process.env, FORCE_COLOR: '0', INIT_CWD: folder.path } }
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'example.mts'], options)
  const outcomes = readFileSync(join(folder.path, 'register.jsonl'), 'utf8').match(/"type":"\w+"/g) ?? []
  expect(new Set(outcomes)).toEqual(new Set(['"type":"invoke"', '"type":"ok"', '"type":"fail"', '"type":"info"']))
  const { stdout } = await run(process.execPath, [HARNESS, ...command.split(' ')], options)
  expect(stdout).toMatch(/^register\.jsonl: valid by linearizable\n {2}1,010 operations/)
}, 60_000)
