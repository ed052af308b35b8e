import { queryOf } from '@proving-ground/core-harness/service'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@proving-ground/core-harness/service'
import type { z } from 'zod'
import type { BillingNode } from '../contract.ts'
import type { BillingErrorCode } from '../errors.ts'
import { inputs, valid } from '../validate.ts'
import { answers } from './answers.ts'
import { decodeRequest, encodeJson, refused } from './json.ts'
import type { Members } from './json.ts'
import { openApiOf } from './openapi.ts'

/** One request that the service takes. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly summary: string
  /** Members of the body, or, with GET, parameters of the query: any text is a tenant, and a path has no place for it. */
  readonly takes: z.ZodObject
  /** 200 with this; 204 when it is undefined. */
  readonly gives: z.ZodType | undefined
  /** Beside what every route may answer. */
  readonly refuses: readonly BillingErrorCode[]
  /** @param input as it was sent, with the members of `takes` and no others: to check them is the business of the node */
  run(node: BillingNode, input: unknown): Promise<unknown>
}

function route<Takes extends z.ZodObject>(
  declared: Omit<Route, 'takes' | 'run'> & {
    readonly takes: Takes
    run(this: void, node: BillingNode, input: z.output<Takes>): Promise<unknown>
  },
): Route {
  return declared as Route
}

const nothing = inputs.tenant.omit({ tenant: true })

export const ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/events',
    summary: 'Records events: all of them or none',
    takes: inputs.events,
    gives: answers.recorded,
    refuses: ['ERR_BILLING_KEY_REUSED'],
    run: async (node, { events }) => ({ results: await node.record(events) }),
  }),
  route({
    method: 'POST',
    path: '/v1/calls',
    summary: 'Bills a call of a model: what its API said was used, or an estimate',
    takes: inputs.call,
    gives: answers.recordedCall,
    refuses: ['ERR_BILLING_KEY_REUSED'],
    // The schema has no place for the absence of usage that the contract's type has.
    run: (node, call) => node.recordCall(call as Parameters<BillingNode['recordCall']>[0]),
  }),
  route({
    method: 'POST',
    path: '/v1/refunds',
    summary: 'Gives back a share of what was charged for an event',
    takes: inputs.refund,
    gives: answers.refunded,
    refuses: ['ERR_BILLING_KEY_REUSED', 'ERR_BILLING_REFUND', 'ERR_BILLING_UNKNOWN'],
    run: (node, refund) => node.refund(refund),
  }),
  route({
    method: 'GET',
    path: '/v1/tenants/balance',
    summary: 'One account of a tenant',
    takes: inputs.account,
    gives: answers.account,
    refuses: ['ERR_BILLING_UNKNOWN'],
    run: (node, account) => node.account(account),
  }),
  route({
    method: 'GET',
    path: '/v1/invoices',
    summary: 'What a tenant used in a calendar month',
    takes: inputs.invoice,
    gives: answers.invoice,
    refuses: [],
    run: (node, { tenant, period }) => node.invoice(tenant, period),
  }),
  route({
    method: 'GET',
    path: '/v1/usage',
    summary: 'Usage by day and model, from the analytics store',
    takes: inputs.usage,
    gives: answers.usage,
    refuses: [],
    run: async (node, { tenant, fromDay, toDay }) => ({ days: await node.usage(tenant, fromDay, toDay) }),
  }),
  route({
    method: 'POST',
    path: '/v1/accounts',
    summary: 'Opens an account, and puts money into it',
    takes: inputs.deposit,
    gives: undefined,
    refuses: ['ERR_BILLING_KEY_REUSED'],
    run: (node, { tenant, account, depositMicros }) => node.openAccount({ tenant, account }, depositMicros),
  }),
  route({
    method: 'PUT',
    path: '/v1/floors',
    summary: 'Sets what the accounts of a tenant together never fall below',
    takes: inputs.floor,
    gives: undefined,
    refuses: [],
    run: (node, { tenant, floorMicros }) => node.setFloor(tenant, floorMicros),
  }),
  route({
    method: 'POST',
    path: '/v1/transfers',
    summary: 'Moves money from one account to another',
    takes: inputs.transfer,
    gives: answers.operation,
    refuses: ['ERR_BILLING_KEY_REUSED', 'ERR_BILLING_FLOOR', 'ERR_BILLING_UNKNOWN'],
    run: (node, transfer) => node.transfer(transfer),
  }),
  route({
    method: 'POST',
    path: '/v1/operations',
    summary: 'Credits and debits of one account: all of them or none',
    takes: inputs.operation,
    gives: answers.operation,
    refuses: ['ERR_BILLING_KEY_REUSED', 'ERR_BILLING_FLOOR', 'ERR_BILLING_UNKNOWN'],
    run: (node, operation) => node.operate(operation),
  }),
  route({
    method: 'GET',
    path: '/v1/ledger',
    summary: 'A snapshot of the accounts of one tenant, or of all',
    takes: inputs.tenant.partial(),
    gives: answers.ledger,
    refuses: [],
    run: async (node, given) => {
      const tenants = given.tenant === undefined ? undefined : [valid(inputs.tenant, given).tenant]
      return { accounts: await node.ledger(tenants) }
    },
  }),
  route({
    method: 'POST',
    path: '/v1/ledger',
    summary: 'A snapshot of the accounts of several tenants',
    takes: inputs.tenants,
    gives: answers.ledger,
    refuses: [],
    run: async (node, { tenants }) => ({ accounts: await node.ledger(tenants) }),
  }),
  route({
    method: 'PUT',
    path: '/v1/budgets',
    summary: 'Sets what a tenant may spend, all in all',
    takes: inputs.budget,
    gives: undefined,
    refuses: [],
    run: (node, { tenant, budgetMicros }) => node.setBudget(tenant, budgetMicros),
  }),
  route({
    method: 'POST',
    path: '/v1/reservations',
    summary: 'Keeps an amount of the budget for a call that is about to be made',
    takes: inputs.estimate,
    gives: answers.reservation,
    refuses: ['ERR_BILLING_KEY_REUSED'],
    run: (node, { key, tenant, estimateMicros }) => node.reserve(key, tenant, estimateMicros),
  }),
  route({
    method: 'POST',
    path: '/v1/settlements',
    summary: 'Spends what the call cost',
    takes: inputs.actual,
    gives: undefined,
    refuses: ['ERR_BILLING_UNKNOWN'],
    run: (node, { key, tenant, actualMicros }) => node.settle(key, tenant, actualMicros),
  }),
  route({
    method: 'GET',
    path: '/v1/spent',
    summary: 'What a tenant has spent of its budget',
    takes: inputs.tenant,
    gives: answers.spent,
    refuses: [],
    run: async (node, { tenant }) => ({ spentMicros: await node.spent(tenant) }),
  }),
  route({
    method: 'GET',
    path: '/v1/pending',
    summary: 'How many events are committed, and not yet in the analytics store',
    takes: nothing,
    gives: answers.pending,
    refuses: [],
    run: async (node) => ({ events: await node.pendingAnalytics() }),
  }),
  route({
    method: 'GET',
    path: '/v1/figures',
    summary: 'How the node went about its work',
    takes: nothing,
    gives: answers.figures,
    refuses: [],
    run: (node) => node.figures(),
  }),
  route({
    method: 'GET',
    path: '/v1/crash-points',
    summary: 'The steps that BILLING_DIE_AT may name',
    takes: nothing,
    gives: answers.crashPoints,
    refuses: [],
    run: async (node) => ({ steps: await node.crashPoints() }),
  }),
]

export function declareRoutes(app: FastifyInstance, node: BillingNode): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const one of ROUTES)
    app.route({
      method: one.method,
      url: one.path,
      handler: async (request, reply) => {
        const result = await one.run(node, known(one, membersOf(request)))
        return one.gives === undefined ? reply.code(204).send() : sendJson(reply, result)
      },
    })
  const document = openApiOf(ROUTES)
  app.get('/openapi.json', (_request, reply) => sendJson(reply, document))
}

function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type('application/json').send(encodeJson(value))
}

function membersOf(request: FastifyRequest): Members {
  const query = queryOf(request)
  if (request.method === 'GET') return query
  const [name] = Object.keys(query)
  if (name !== undefined) throw refused(400, name, `${name} is in the query, and has to be in the body`)
  return decodeRequest(request.headers['content-type'], (request.body as Buffer | undefined) ?? Buffer.alloc(0))
}

/** A name that nobody reads may be a slip of one that somebody would. */
function known({ takes }: Route, members: Members): Members {
  const other = Object.keys(members).find((name) => !Object.hasOwn(takes.shape, name))
  if (other === undefined) return members
  throw refused(400, other, `${other} is unknown here; there are ${Object.keys(takes.shape).join(', ') || 'none'}`)
}
