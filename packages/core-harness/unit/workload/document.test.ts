import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const DOCUMENT = new URL('../../../../docs/load.md', import.meta.url)
const ENGINE = new URL('../../src/workload/index.ts', import.meta.url)

test('the example of docs/load.md runs as it stands', async () => {
  const stored = new Set<string>()
  const server = createServer((request, response) => {
    if (request.method === 'PUT') stored.add(request.url ?? '')
    response.statusCode = request.method === 'PUT' || stored.has(request.url ?? '') ? 200 : 404
    request.resume().once('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'load-example-'))
  try {
    const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync(DOCUMENT, 'utf8')) ?? []
    const file = join(folder, 'example.mts')
    writeFileSync(file, example.replace('@proving-ground/core-harness/workload', ENGINE.href))
    // Nx asks for colours, which console.log would put between name and number.
    const env = {
      ...process.env,
      FORCE_COLOR: '0',
      SERVICE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      env,
    })
    expect(stdout).toMatch(/planned: 400,\s+completed: 400,\s+failed: 0,\s+dropped: 0,/)
    expect(stdout).toMatch(/counters: \{ (misses|hits): \d+/)
    expect(stored.size).toBeGreaterThan(20)
  } finally {
    rmSync(folder, { recursive: true })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
