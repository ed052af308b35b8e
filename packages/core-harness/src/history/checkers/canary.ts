import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { fieldOf } from '../field.ts'
import { identityOf } from '../identity.ts'
import { moments } from '../moments.ts'
import { valueText } from '../operation-text.ts'
import type { Json, Operation } from '../operation.ts'
import { TokenSearch } from '../token-search.ts'
import { HistoryMistakeError, unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

export type CanaryOptions = Readonly<Record<never, never>>

/** A token, and who wrote it first. */
interface Planted {
  readonly tenant: Json
  readonly write: Operation
}

/**
 * Looks for tokens of one tenant in all that another is answered: in every text of the answer and every name of a field, also
 * as a part of a longer text, and in what errors say. A write that failed or is unknown plants its token as well: nobody else may
 * see it. Texts are searched as they are: a token in another encoding, as base64, is not found.
 *
 * Answers have to hold tokens of the tenant itself now and then: a search that never finds what is there proves nothing.
 */
export const canary: Checker<CanaryOptions> = {
  name: 'canary',
  judges: 'No token of one tenant is in any answer to another',
  functions: {
    write:
      '{ tenant, token }, the token a text that no other tenant writes and that does not occur by chance → any answer',
    read: 'the tenant, or { tenant } with more → any answer',
  },
  options: z.strictObject({}),
  check(operations) {
    const evidence = new Evidence<'leak'>({ leak: true })
    const planted = plantedBy(operations)
    const tenants = new Set([...planted.values()].map(({ tenant }) => identityOf(tenant)))
    const counts = { writes: 0, reads: 0, tokens: planted.size, tenants: tenants.size, ownSeen: 0 }
    const search = new TokenSearch([...planted.keys()])
    for (const operation of operations) {
      const tenant = tenantOf(operation)
      const isAnswered = operation.f === 'read' && operation.outcome === 'ok'
      counts.writes += Number(operation.f === 'write')
      counts.reads += Number(isAnswered)
      let isOwnSeen = false
      for (const token of tokensIn(operation, search)) {
        const owner = planted.get(token) as Planted
        if (identityOf(owner.tenant) === identityOf(tenant)) isOwnSeen = true
        else evidence.add('leak', leak(operation, tenant, token, owner))
      }
      counts.ownSeen += Number(isAnswered && isOwnSeen)
    }
    const why =
      counts.tenants < 2
        ? 'fewer than two tenants wrote a token'
        : counts.ownSeen === 0
          ? "no answer held a token of the tenant's own: nobody knows whether a token could have been seen"
          : undefined
    return resultOf(canary.name, evidence, counts, { why })
  },
}

function plantedBy(operations: readonly Operation[]): ReadonlyMap<string, Planted> {
  const planted = new Map<string, Planted>()
  for (const write of operations) {
    if (write.f === 'read') continue
    if (write.f !== 'write') throw unknownFunction(canary, write)
    const [tenant, token] = [tenantOf(write), fieldOf(write.input, 'token')]
    if (typeof token !== 'string' || token === '') throw mistake(write, 'has no token, which is a text')
    const known = planted.get(token)
    if (known === undefined) planted.set(token, { tenant, write })
    else if (identityOf(known.tenant) !== identityOf(tenant))
      throw mistake(write, `gives ${valueText(token, 60)} to a second tenant: nobody could say whose it is`)
  }
  return planted
}

function tenantOf(operation: Operation): Json {
  const { input } = operation
  const tenant = fieldOf(input, 'tenant') ?? input
  if (typeof tenant !== 'string' && typeof tenant !== 'number')
    throw mistake(operation, `has ${valueText(input, 40)}, which names no tenant`)
  return tenant
}

function mistake(operation: Operation, problem: string): HistoryMistakeError {
  return new HistoryMistakeError(canary.name, operation, problem)
}

/** Each token that an answer holds, once. */
function tokensIn({ output, error }: Operation, search: TokenSearch): Iterable<string> {
  const tokens = new Set<string>()
  const found = (token: string): void => void tokens.add(token)
  searchDeep(output, search, found)
  if (error !== undefined) search.in(error, found)
  return tokens
}

function searchDeep(value: Json, search: TokenSearch, found: (token: string) => void): void {
  if (typeof value === 'string') search.in(value, found)
  else if (Array.isArray(value)) for (const inner of value as readonly Json[]) searchDeep(inner, search, found)
  else if (typeof value === 'object' && value !== null)
    for (const name of Object.keys(value)) {
      search.in(name, found)
      searchDeep(fieldOf(value, name) ?? null, search, found)
    }
}

function leak(operation: Operation, tenant: Json, token: string, { tenant: owner, write }: Planted): Finding {
  return {
    operations: [write, operation],
    explain: () => {
      const [at, writtenAt] = moments(operation.completedNs, write.invokedNs)
      return `the answer to tenant ${valueText(tenant, 40)} at ${at} holds ${valueText(token, 60)}, which tenant ${valueText(owner, 40)} wrote at ${writtenAt}`
    },
  }
}
