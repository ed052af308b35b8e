import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describeAddress, engineAddress } from '../../../src/environment/providers/docker-engine.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'sockets-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['unix:///run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }],
  ['tcp://127.0.0.1:2376', { host: '127.0.0.1', port: 2376 }],
  ['tcp://localhost', { host: 'localhost', port: 2375 }],
  ['http://localhost:99', { host: 'localhost', port: 99 }],
  ['tcp://[::1]:2375', { host: '::1', port: 2375 }],
])('DOCKER_HOST=%s', (value, expected) => {
  expect(engineAddress({ DOCKER_HOST: value })).toEqual(expected)
})

test.each(['unix:///a/b.sock', 'tcp://127.0.0.1:2375', 'tcp://[::1]:2375'])('%s is written as it was read', (value) => {
  expect(describeAddress(engineAddress({ DOCKER_HOST: value }))).toBe(value)
})

test.each([
  ['another machine', { DOCKER_HOST: 'tcp://build-server:2375' }],
  ['ssh', { DOCKER_HOST: 'ssh://me@build-server' }],
  ['no address', { DOCKER_HOST: 'docker' }],
  ['TLS', { DOCKER_HOST: 'tcp://localhost:2376', DOCKER_TLS_VERIFY: '1' }],
])('a daemon behind %s is refused, because its containers cannot be reached', (_, environment) => {
  expect(() => engineAddress(environment)).toThrow(/DOCKER_HOST=.* is no daemon of this machine/)
})

test('an empty DOCKER_HOST is none, and TLS is no matter of a socket', () => {
  expect(engineAddress({ DOCKER_HOST: '' })).toHaveProperty('socketPath')
  expect(engineAddress({ DOCKER_HOST: 'unix:///x.sock', DOCKER_TLS_VERIFY: '1' })).toEqual({ socketPath: '/x.sock' })
})

test("without DOCKER_HOST the system's socket comes before the user's own", () => {
  writeFileSync(join(folder, 'docker.sock'), '')
  const system = '/var/run/docker.sock'
  const found = engineAddress({ XDG_RUNTIME_DIR: folder })
  expect([system, join(folder, 'docker.sock')]).toContain((found as { socketPath: string }).socketPath)
  expect(engineAddress({ XDG_RUNTIME_DIR: join(folder, 'none') })).toHaveProperty('socketPath')
})
