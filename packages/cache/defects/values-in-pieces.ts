import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions, Lifetime } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { SharedTier, type Held } from '../src/reference/shared-tier.ts'

const PIECE_BYTES = 16 * 1024
const IN_PIECES = 'p'

export default defineDefect(cache, {
  name: 'values-in-pieces',
  breaks: ['cache.eviction.never-wrong'],
  description: 'Large values lie in pieces under several keys, and a piece that was evicted reads as nothing.',
  incident: {
    title: 'mcrouter #26: --big-value-split-threshold Details, and what keeps the pieces consistent',
    url: 'https://github.com/facebook/mcrouter/issues/26',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { sharedTier: (...parts) => new PiecemealTier(...parts) }),
})

class PiecemealTier extends SharedTier {
  override async write(redisKey: string, encoded: Buffer, lifetime: Lifetime): Promise<void> {
    if (encoded.length <= PIECE_BYTES || !('ttlMs' in lifetime)) return await super.write(redisKey, encoded, lifetime)
    const count = Math.ceil(encoded.length / PIECE_BYTES)
    for (let piece = 0; piece < count; piece++) {
      const part = encoded.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES)
      await this.connection.client.set(`${redisKey}#${piece}`, part, 'PX', lifetime.ttlMs)
    }
    await super.write(redisKey, Buffer.from(IN_PIECES + count), lifetime)
  }

  override async read(redisKey: string): Promise<Held | undefined> {
    const held = await super.read(redisKey)
    if (held?.kind !== 'value' || String.fromCharCode(held.encoded[0]!) !== IN_PIECES) return held
    const names = Array.from({ length: Number(held.encoded.toString('utf8', 1)) }, (_, piece) => `${redisKey}#${piece}`)
    const pieces = await Promise.all(names.map((name) => this.connection.client.getBuffer(name)))
    return { ...held, encoded: Buffer.concat(pieces.map((piece) => piece ?? Buffer.alloc(0))) }
  }
}
