import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Keyspace } from '../src/reference/keyspace.ts'

/** Text in which collisions would be likely. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '1', ':', '\0', '0', 'd', '8', '\ud800', '\udc00', '\ufffd', 'é'),
    maxLength: 6,
  }),
  fc.string(),
)
const keyspace = new Keyspace('app[1]:')
/** What reaches Redis: the client writes names as UTF-8. */
const onTheWire = (name: string): string => Buffer.from(name).toString('hex')

describe('names in Redis', () => {
  test('of two different pairs of tenant and key differ', () => {
    fc.assert(
      fc.property(text, text, text, text, (tenant, key, otherTenant, otherKey) => {
        const same = tenant === otherTenant && key === otherKey
        const [one, other] = [
          { tenant, key },
          { tenant: otherTenant, key: otherKey },
        ].map((pair) => keyspace.entry(pair))
        return (onTheWire(one!) === onTheWire(other!)) === same
      }),
      { numRuns: 5_000 },
    )
  })

  test('of pairs that differ in where the tenant ends differ', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (whole, a, b) => {
        const names = [a, b]
          .map((at) => at % (whole.length + 1))
          .map((at) => [at, whole.slice(0, at), whole.slice(at)] as const)
        const [[atOne, ...one], [atOther, ...other]] = [names[0]!, names[1]!]
        const wires = [one, other].map(([tenant, key]) => onTheWire(keyspace.entry({ tenant: tenant!, key: key! })))
        return (wires[0] === wires[1]) === (atOne === atOther)
      }),
    )
  })

  test('give the key back, and begin with what a clear of the tenant looks for', () => {
    fc.assert(
      fc.property(text, text, (tenant, key) => {
        const name = keyspace.entry({ tenant, key })
        return name.startsWith(keyspace.ofTenant(tenant)) && keyspace.keyOf(tenant, name) === key
      }),
    )
  })

  test('of sessions, of entries, of the LLM cache, of the channel and of locks never meet', () => {
    fc.assert(
      fc.property(text, text, text, (tenant, key, sessionId) => {
        const names = [
          keyspace.entry({ tenant, key }),
          keyspace.session(sessionId),
          keyspace.llmPrefix,
          keyspace.channel,
          keyspace.lock(sessionId),
        ]
        return new Set(names.map((name) => name['app[1]:'.length])).size === 5
      }),
    )
    fc.assert(fc.property(text, (name) => keyspace.lock(name) !== keyspace.lockTokens))
    expect(keyspace.session('id')).toBe('app[1]:sid')
  })
})
