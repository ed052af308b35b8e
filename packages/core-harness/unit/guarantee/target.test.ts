import { afterAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { EnvironmentClient } from '../../src/environment/client.ts'
import type { LeaseOptions } from '../../src/environment/dependency.ts'
import type { RunMode } from '../../src/guarantee/run-settings.ts'

const URL_OF_ALL = 'http://127.0.0.1:1'
const workspace = mkdtempSync(join(tmpdir(), 'proving-ground-target-'))
writeFileSync(join(workspace, 'proving-ground.config.json'), JSON.stringify({ staging: { allow: [URL_OF_ALL] } }))
// Read once, by the modules that are loaded next.
process.env.HARNESS_WORKSPACE = workspace
const { defineService } = await import('../../src/staging/index.ts')
const { openTarget } = await import('../../src/guarantee/target.ts')

const service = defineService({ name: 'toy', dependencies: ['postgres', 'redis'], environment: () => ({}) })
const NO_MORE = 'that is all that is looked at here'

afterAll(() => rmSync(workspace, { recursive: true }))

function choice(asked: Map<string, LeaseOptions | undefined>) {
  const lease = (dependency: string, options?: LeaseOptions): Promise<never> => {
    asked.set(dependency, options)
    return Promise.reject(new Error(NO_MORE))
  }
  const environment = () => Promise.resolve({ lease } as unknown as EnvironmentClient)
  return { packageDirectory: '/nowhere', path: '/nowhere.ts', environment, mode: {} as RunMode }
}

test('a test that kills a dependency is given a server of its own, of that dependency only', async () => {
  const asked = new Map<string, LeaseOptions | undefined>()
  await expect(openTarget(service, { instances: 1, dedicated: ['postgres'] }, choice(asked))).rejects.toThrow(NO_MORE)
  expect(asked.get('postgres')).toEqual({ dedicated: true })
  expect(asked.get('redis')).toEqual({ dedicated: false })
})

test('where the service is deployed, its servers cannot be killed: the guarantee is not offered', async () => {
  process.env.STAGING_TOY_URL = URL_OF_ALL
  const asked = new Map<string, LeaseOptions | undefined>()
  await expect(openTarget(service, { instances: 1, dedicated: ['postgres'] }, choice(asked))).rejects.toMatchObject({
    code: 'ERR_NO_OWN_SERVER',
  })
  expect(asked.size).toBe(0)
})
