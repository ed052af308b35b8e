import { createHash } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'

/** A Lua script and the digest by which Redis knows it. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

const TOUCH = `
local function touch(used, id)
  local newest = redis.call('ZREVRANGE', used, 0, 0, 'WITHSCORES')
  -- pcall: a Redis that is out of memory refuses the write, and can still serve.
  redis.pcall('ZADD', used, 'XX', string.format('%.0f', tonumber(newest[2]) + 1), id)
end
local function serve(used, expiry, entry, id)
  local chunks = redis.call('HGET', entry, 'chunks')
  local known = redis.call('ZSCORE', used, id)
  if chunks and known then
    touch(used, id)
    return chunks
  end
  if known then
    redis.call('ZREM', used, id)
    redis.call('ZREM', expiry, id)
  end
  return nil
end`

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** KEYS: used, expiry, answer. ARGV: id. Gives {1, chunks}, or {0, the ids of the scope that have not ended}. */
export const FIND_ANSWER = define(`${TOUCH}${NOW}
local chunks = serve(KEYS[1], KEYS[2], KEYS[3], ARGV[1])
if chunks then return {1, chunks} end
return {0, redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', now), '+inf')}`)

/** KEYS: used, expiry, answer. ARGV: id. Gives the chunks, or nil when the answer is gone. */
export const SERVE_ANSWER = define(`${TOUCH}
return serve(KEYS[1], KEYS[2], KEYS[3], ARGV[1]) or false`)

/**
 * KEYS: used, expiry, answer. ARGV: id, TTL in ms, bound, then field and value pairs of the answer. Gives the ids that
 * had to go. Ended answers go first, so that they push out no living one; sets that disagree have lost one of the two to
 * eviction and are cut to what both know; the index ends with the last of its answers.
 */
export const SAVE_ANSWER = define(`${NOW}
local used, expiry, entry, id = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local ends = string.format('%.0f', now + ARGV[2])
for _, ended in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', string.format('%.0f', now))) do
  redis.call('ZREM', used, ended)
  redis.call('ZREM', expiry, ended)
end
if redis.call('ZCARD', used) ~= redis.call('ZCARD', expiry) then
  redis.call('ZINTERSTORE', used, 2, used, expiry, 'WEIGHTS', 1, 0)
  redis.call('ZINTERSTORE', expiry, 2, expiry, used, 'WEIGHTS', 1, 0)
end
local newest = redis.call('ZREVRANGE', used, 0, 0, 'WITHSCORES')
redis.call('ZADD', used, string.format('%.0f', (tonumber(newest[2]) or 0) + 1), id)
redis.call('ZADD', expiry, ends, id)
redis.call('DEL', entry)
for at = 4, #ARGV, 2 do redis.call('HSET', entry, ARGV[at], ARGV[at + 1]) end
redis.call('PEXPIREAT', entry, ends)
local gone = {}
local surplus = redis.call('ZCARD', used) - ARGV[3]
if surplus > 0 then gone = redis.call('ZRANGE', used, 0, surplus - 1) end
for _, other in ipairs(gone) do
  redis.call('ZREM', used, other)
  redis.call('ZREM', expiry, other)
end
local last = redis.call('ZREVRANGE', expiry, 0, 0, 'WITHSCORES')[2]
redis.call('PEXPIREAT', used, string.format('%.0f', last))
redis.call('PEXPIREAT', expiry, string.format('%.0f', last))
return gone`)

/** Runs a script by its digest, and sends its text when this Redis has not seen it (or has been restarted). */
export async function runScript(
  redis: Redis | Cluster,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await redis.callBuffer('evalsha', [script.sha, keys.length, ...keys, ...args])
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error
    return await redis.callBuffer('eval', [script.lua, keys.length, ...keys, ...args])
  }
}

function define(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}
