import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNodeOptions } from '../src/contract.ts'
import { createCacheNode } from '../src/reference/cache-node.ts'
import { Clearing } from '../src/reference/clearing.ts'
import { escapeForRedisMatch } from '../src/reference/glob.ts'

const CLEAR = `
local cursor, removed = '0', 0
repeat
  local reply = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
  cursor = reply[1]
  for _, key in ipairs(reply[2]) do removed = removed + redis.call('DEL', key) end
until cursor == '0'
return removed`

export default defineDefect(cache, {
  name: 'clear-in-one-script',
  breaks: ['cache.clear.non-blocking'],
  description: 'One script finds and deletes everything; Redis answers nobody else until it is done.',
  incident: {
    title: 'redisson #942: SCAN command is not getting used in deleteByPattern',
    url: 'https://github.com/redisson/redisson/issues/942',
  },
  open: (options: CacheNodeOptions) =>
    createCacheNode(options, { clearing: (...parts) => new ScriptedClearing(...parts) }),
})

class ScriptedClearing extends Clearing {
  override async clear(tenant: string, pattern: string): Promise<number> {
    const match = escapeForRedisMatch(this.keyspace.ofTenant(tenant)) + pattern
    return Number(await this.store.shared.connection.client.eval(CLEAR, 0, match))
  }
}
