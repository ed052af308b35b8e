import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { ROUTES } from '../../src/http/routes.ts'
import { encodeJson } from '../../src/http/json.ts'
import { STATUS } from '../../src/http/problems.ts'
import { FakeNode } from './fake-node.ts'
import { served } from './serve.ts'

const service = served()

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: { readonly content: Record<string, { schema: { properties: Record<string, object> } }> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

async function documentOf(): Promise<OpenApi> {
  return (await (await service.send('GET', '/openapi.json')).json()) as OpenApi
}

test('the document names every route of the service, and no others', async () => {
  const { openapi, paths } = await documentOf()
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(openapi).toMatch(/^3\.1\./)
  expect(told.toSorted()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted())
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
  expect(new Set(ids).size).toBe(ids.length)
})

test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'of %s it names what it takes, what it gives, and each problem',
  async (_, route) => {
    const operation = (await documentOf()).paths[route.path]![route.method.toLowerCase()]!
    const statuses = [400, 401, 500, 503, ...route.refuses.map((code) => STATUS[code])]
    if (route.method !== 'GET') statuses.push(413, 415)
    const success = route.gives === undefined ? 204 : 200
    expect(Object.keys(operation.responses)).toEqual([...new Set([success, ...statuses])].map(String).toSorted())
    for (const status of statuses)
      expect(operation.responses[status]!.content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    const names =
      operation.parameters?.map(({ name }) => name) ??
      Object.keys(operation.requestBody!.content['application/json']!.schema.properties)
    expect(names).toEqual(Object.keys(route.takes.shape))
  },
)

test.each(ROUTES.filter(({ gives }) => gives).map((route) => [`${route.method} ${route.path}`, route] as const))(
  'the answer of %s is as it says',
  async (_, { gives, run, method }) => {
    const given = { tenant: 'a', ...(method === 'POST' && { events: [] }) }
    const answer: unknown = JSON.parse(encodeJson(await run(new FakeNode(), given)).toString())
    expect(z.safeParse(gives!, answer).error).toBeUndefined()
  },
)

test('money is a text of digits; what may be left out is not required', async () => {
  const { paths, components } = await documentOf()
  const { properties } = paths['/v1/operations']!.post!.requestBody!.content['application/json']!.schema
  expect(properties.amountsMicros).toMatchObject({ type: 'array', items: { type: 'string', pattern: '^-?[0-9]+$' } })
  expect(paths['/v1/ledger']!.get!.parameters).toMatchObject([{ name: 'tenant', in: 'query', required: false }])
  expect(paths['/v1/spent']!.get!.parameters).toMatchObject([{ name: 'tenant', in: 'query', required: true }])
  expect(components.schemas.Problem).toMatchObject({ properties: { field: { type: 'string' } } })
})
