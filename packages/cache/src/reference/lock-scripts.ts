import type { Cluster, Redis } from 'ioredis'

/**
 * A lock is a Redis key that holds its owner's secret and ends with its TTL. Each change is one script, so that nothing comes
 * between looking at the owner and acting on it.
 *
 * A token is the last one and one more, and at least the time in microseconds: after Redis lost its data, or a replica took over
 * that had not heard of the latest, tokens still grow, and those who were given one before are still told apart.
 */
const ACQUIRE = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return { '', redis.call('PTTL', KEYS[1]) }
end
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[2]) or 0)
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[2], token)
return { token, tonumber(ARGV[2]) }`

const EXTEND = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`

const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], cjson.encode(KEYS))
return 1`

/** The scripts as methods of a client, keys first. */
export interface LockScripts {
  /** The token, empty when the lock is another's, and the milliseconds until the lock ends. */
  acquireLock(redisKey: string, tokens: string, secret: string, ttlMs: number): Promise<[string, number]>
  extendLock(redisKey: string, secret: string, newSecret: string, ttlMs: number): Promise<number>
  releaseLock(redisKey: string, secret: string, channel: string): Promise<number>
}

export function defineLockScripts<Client extends Redis | Cluster>(client: Client): Client & LockScripts {
  client.defineCommand('acquireLock', { numberOfKeys: 2, lua: ACQUIRE })
  client.defineCommand('extendLock', { numberOfKeys: 1, lua: EXTEND })
  client.defineCommand('releaseLock', { numberOfKeys: 1, lua: RELEASE })
  return client as Client & LockScripts
}
