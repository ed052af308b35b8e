import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROGRAM = fileURLToPath(new URL('../fingerprint.mjs', import.meta.url))

describe('the fingerprint of the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fingerprint-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const nobody = `unix://${join(folder, 'nobody.sock')}`

  const fingerprint = async (environment = {}) => {
    const env = { PATH: folder, DOCKER_HOST: nobody, ...environment }
    return (await promisify(execFile)(process.execPath, [PROGRAM], { env })).stdout
  }

  test('is one line, the same each time', async () => {
    const line = await fingerprint()
    assert.match(line, /^platform=.* arch=.* node=.*provider="native" docker="none".*\n$/)
    assert.equal(line.split('\n').length, 2)
    assert.equal(await fingerprint(), line)
  })

  test('changes with the version of a server', async () => {
    const versioned = join(folder, 'redis-server-7')
    writeFileSync(versioned, '#!/bin/sh')
    chmodSync(versioned, 0o755)
    const without = await fingerprint()
    symlinkSync(versioned, join(folder, 'redis-server'))
    const before = await fingerprint()
    assert.notEqual(before, without)
    utimesSync(versioned, new Date(0), new Date(0))
    assert.notEqual(await fingerprint(), before)
  })

  test('tells the provider that is forced', async () => {
    assert.match(await fingerprint({ HARNESS_PROVIDER: 'container' }), / provider="container" /)
  })

  test('holds every setting of the harness, in one order', async () => {
    const line = await fingerprint({ HARNESS_SEED: '7', HARNESS_JOBS: '2 3' })
    assert.match(line, /HARNESS_JOBS="2 3" HARNESS_SEED="7"$/m)
    assert.equal(await fingerprint({ HARNESS_JOBS: '2 3', HARNESS_SEED: '7' }), line)
  })

  test('is never twice the same with the URL of a server', async () => {
    const environment = { REDIS_URL: 'redis://staging:6379' }
    assert.notEqual(await fingerprint(environment), await fingerprint(environment))
  })

  test('tells the version of the Docker daemon, and then containers are the provider', async () => {
    await withDaemon(join(folder, 'docker.sock'), '{"Version":"28.2.2"}', async () => {
      const host = `unix://${join(folder, 'docker.sock')}`
      assert.match(await fingerprint({ DOCKER_HOST: host }), / provider="container" docker="28.2.2" /)
    })
  })

  test('does not wait for a Docker daemon that keeps silent', { timeout: 10_000 }, async () => {
    await withDaemon(join(folder, 'silent.sock'), undefined, async () => {
      const host = `unix://${join(folder, 'silent.sock')}`
      assert.match(await fingerprint({ DOCKER_HOST: host }), / docker="none" /)
    })
  })

  test('asks a daemon behind a port, too', async () => {
    await withDaemon(0, '{"Version":"28.2.2"}', async (server) => {
      assert.match(await fingerprint({ DOCKER_HOST: `tcp://127.0.0.1:${server.address().port}` }), / docker="28.2.2" /)
    })
  })
})

/** Answers every request at the socket or port with `body`, or never, while `use` runs. */
async function withDaemon(address, body, use) {
  const server = createServer((_request, response) => body && response.end(body))
  await new Promise((listening) => server.listen(address, listening))
  try {
    await use(server)
  } finally {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
}
