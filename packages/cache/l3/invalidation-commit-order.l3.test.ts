import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { Client, Pool } from 'pg'
import { cache, INVALIDATION_BOUND_MS } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range, type Context, type Node } from './cluster-of-nodes.ts'
import { until } from './expiry.ts'
import { observe } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const KEY = { tenant: 'acme', key: 'price' }
const PRICES =
  'CREATE TABLE prices (id int PRIMARY KEY, price text NOT NULL); INSERT INTO prices VALUES (1, $$price 0$$)'

/** The source of truth, a table of one row, with a writer's connection and connections of readers. */
async function openSource(context: Context) {
  const { url } = await context.lease('postgres', { migrations: [PRICES] })
  const [writer, readers] = [new Client({ connectionString: url }), new Pool({ connectionString: url, max: 4 })]
  context.onCleanup(async () => void (await Promise.all([writer.end(), readers.end()])))
  await writer.connect()
  const ended = { COMMIT: 0, ROLLBACK: 0 }
  return {
    read: async () => (await readers.query<{ price: string }>('SELECT price FROM prices')).rows[0]!.price,
    begin: async (price: string) => {
      await writer.query('BEGIN')
      await writer.query('UPDATE prices SET price = $1', [price])
    },
    end: async (how: 'COMMIT' | 'ROLLBACK') => {
      await writer.query(how)
      ended[how]++
    },
    ended,
  }
}

guarantee('cache.invalidation.commit-order', async (context) => {
  const source = await openSource(context)
  const nodes = await hostCluster(context, 3)
  const ask = (node: Node): Promise<unknown> => node.service.getOrLoad(KEY, source.read, A_MINUTE)
  /** All that any node serves, by whichever method, from 50 ms after this call. */
  const whatIsServed = async (some: readonly Node[]): Promise<Set<unknown>> => {
    await until(performance.now() + INVALIDATION_BOUND_MS)
    const readers = some.flatMap((node) => [() => ask(node), () => node.service.get(KEY)])
    const reads = await observe(readers, async (observation) => {
      await observation.untilEach('after the bound', 5, () => true)
      return observation.reads
    })
    return new Set(reads.map((read) => read.failure ?? read.answer).filter((answer) => answer !== undefined))
  }

  for (const round of range(5)) {
    const [oldPrice, newPrice] = [`price ${round}`, `price ${round + 1}`]
    const result = await nodes[round % 3]!.service.update(KEY, async () => {
      await source.begin(newPrice)
      // Other nodes, and the writer's own, load what is still true, and put it where they can.
      expect(await Promise.all(nodes.map(ask))).toEqual([oldPrice, oldPrice, oldPrice])
      await Promise.all(nodes.map((node) => node.service.get(KEY)))
      await source.end('COMMIT')
      return `committed ${newPrice}`
    })
    expect(result).toBe(`committed ${newPrice}`)
    expect(await whatIsServed(nodes)).toEqual(new Set([newPrice]))
  }

  const refused = nodes[0]!.service.update(KEY, async () => {
    await source.begin('a price that never was')
    await source.end('ROLLBACK')
    throw Object.assign(new Error('the price is below cost'), { code: 'ERR_PRICE' })
  })
  await expect(refused).rejects.toMatchObject({ message: 'the price is below cost', code: 'ERR_PRICE' })
  expect(await whatIsServed(nodes)).toEqual(new Set(['price 5']))

  // The writer dies after its commit, before it could tell anyone.
  const committed = Promise.withResolvers<void>()
  const dying = nodes[0]!.service.update(KEY, async () => {
    await source.begin('price 6')
    expect(new Set(await Promise.all(nodes.map(ask)))).toEqual(new Set(['price 5']))
    await source.end('COMMIT')
    committed.resolve()
    return await new Promise<never>(() => undefined)
  })
  const died = expect(dying).rejects.toThrow()
  await Promise.race([committed.promise, dying])
  await nodes[0]!.kill()
  await died
  expect(await whatIsServed(nodes.slice(1))).toEqual(new Set(['price 6']))
  context.evidence({ commits: source.ended.COMMIT, rollbacks: source.ended.ROLLBACK, writersKilled: 1 })
})
