import { expect, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

import { workspaceRoot } from '../../src/environment/workspace.ts'
import { servicePackages } from '../../src/guarantee/packages.ts'
import { publishedOf } from '../../src/staging/compose.ts'
import { isService, loadService } from '../../src/staging/service-declaration.ts'

const FILE = join(workspaceRoot, 'docker/compose.staging.yml')

interface ComposeService {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly ports?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: unknown
  readonly networks: readonly string[]
  readonly secrets?: readonly string[]
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

const text = readFileSync(FILE, 'utf8')
const { services, networks, secrets } = parse(text, { strict: true, uniqueKeys: true }) as ComposeFile

test('every service of the workspace is there, with its dependencies, from one image', async () => {
  for (const { directory } of servicePackages().filter((one) => isService(one.directory))) {
    const { name, dependencies } = await loadService(directory)
    const service = services[name]
    expect(service).toMatchObject({ image: 'proving-ground/service:local', environment: { SERVICE: name } })
    expect(Object.keys(service?.depends_on ?? {}).sort()).toEqual([...dependencies].sort())
    expect(existsSync(join(resolve(dirname(FILE), service!.build!.context), service!.build!.dockerfile))).toBe(true)
  }
})

test('it refers to nothing that it does not declare', () => {
  for (const service of Object.values(services)) {
    for (const name of Object.keys(service.depends_on ?? {})) expect(services[name]?.healthcheck).toBeDefined()
    for (const name of service.networks) expect(networks).toHaveProperty(name)
    for (const name of service.secrets ?? []) expect(secrets).toHaveProperty(name)
  }
})

test('ports are of the loopback interface, and of services only; no secret is in the file', () => {
  for (const { build, ports = [] } of Object.values(services)) {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1::'))).toEqual([])
    expect(ports.length > 0).toBe(build !== undefined)
  }
  expect(text).not.toMatch(/SERVICE_TOKEN:|password:|requirepass|\/\/[^\s/]*:[^\s/]*@/i)
  expect(Object.values(secrets).every(({ file }) => file.startsWith('${'))).toBe(true)
})

test('the addresses of containers are read from either form that Compose lists them in', () => {
  const one = { Service: 'cache', Publishers: [{ URL: '127.0.0.1', TargetPort: 8080, PublishedPort: 32_768 }] }
  const two = {
    Service: 'cache',
    Publishers: [
      { TargetPort: 8080, PublishedPort: 32_769 },
      { TargetPort: 9, PublishedPort: 0 },
    ],
  }
  const expected = [
    { service: 'cache', url: 'http://127.0.0.1:32768' },
    { service: 'cache', url: 'http://127.0.0.1:32769' },
  ]
  expect(publishedOf(`${JSON.stringify(one)}\n${JSON.stringify(two)}\n`)).toEqual(expected)
  expect(publishedOf(JSON.stringify([one, two]))).toEqual(expected)
  expect(publishedOf('')).toEqual([])
})
