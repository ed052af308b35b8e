import { z } from 'zod'
import type { BillingErrorCode } from '../errors.ts'
import { STATUS } from './problems.ts'
import type { Route } from './routes.ts'

type Json = Readonly<Record<string, unknown>>

const PROBLEM = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  field: z.string().optional(),
  name: z.string().optional(),
  code: z.enum(Object.keys(STATUS) as BillingErrorCode[]).optional(),
})

/** What any request may be answered with. */
const ALWAYS: Readonly<Record<number, string>> = {
  400: 'ERR_BILLING_INVALID: the request is not as it has to be; field says where',
  401: 'No token was shown, or a wrong one',
  500: 'The service failed in a way that it did not foresee',
  503: 'ERR_BILLING_UNAVAILABLE: nobody knows whether it was done; send it again, with the same key',
}
const WITH_A_BODY: Readonly<Record<number, string>> = {
  413: 'ERR_BILLING_INVALID: the body is too long',
  415: 'ERR_BILLING_INVALID: the body is no application/json',
}

/** The routes as an OpenAPI document: https://spec.openapis.org/oas/v3.1.1.html. */
export function openApiOf(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route)
  return {
    openapi: '3.1.1',
    info: {
      title: 'Billing',
      version: '1',
      description: 'Money is whole millionths of a minor unit, in decimal digits, as a text.',
    },
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(PROBLEM) },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function operationOf(route: Route): Json {
  const { method, path, summary, gives } = route
  const success =
    gives === undefined
      ? { 204: { description: 'It was done' } }
      : { 200: { description: 'It was done', content: { 'application/json': { schema: schemaOf(gives) } } } }
  const requested =
    method === 'GET'
      ? { parameters: parametersOf(route) }
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.takes) } } } }
  const operationId = `${method.toLowerCase()}-${path.replace('/v1/', '').replaceAll('/', '-')}`
  return { operationId, summary, ...requested, responses: { ...success, ...problemsOf(route) } }
}

function parametersOf({ takes }: Route): Json[] {
  return Object.entries(takes.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !z.safeParse(schema, undefined).success,
    schema: schemaOf(schema as z.ZodType),
  }))
}

function problemsOf({ method, refuses }: Route): Json {
  const described: Record<number, string> = { ...ALWAYS, ...(method !== 'GET' && WITH_A_BODY) }
  for (const code of refuses) {
    const status = STATUS[code]
    described[status] = described[status] === undefined ? code : `${described[status]}, ${code}`
  }
  return Object.fromEntries(
    Object.entries(described).map(([status, description]) => [
      status,
      {
        description,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type === 'bigint') Object.assign(jsonSchema, { type: 'string', pattern: '^-?[0-9]+$' })
    },
  })
  return json
}
