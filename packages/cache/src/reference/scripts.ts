import type { Cluster, Redis } from 'ioredis'

/**
 * Every change of an entry is one Lua script on one key, so it works on a cluster, and the change and its announcement
 * are one step: no crash can leave a change that no node hears of.
 *
 * A Redis key holds one of: `V` and the encoded value; `L` and the token of the caller that is loading the value; `F` and
 * the writers that are about to commit. Because the three share the key, a delete kills a load under way with the value.
 */
const READ = `
local held = redis.call('GET', KEYS[1])
if not held then return false end
return { held, redis.call('PTTL', KEYS[1]) }`

const WRITE = `
local tag = redis.call('GETRANGE', KEYS[1], 0, 0)
if tag == 'V' and ARGV[2] == 'keep' then
  redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
elseif tag ~= 'F' and ARGV[2] == 'keep' then
  redis.call('DEL', KEYS[1])
elseif tag ~= 'F' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
redis.call('PUBLISH', ARGV[3], cjson.encode(KEYS))
return 1`

const REMOVE = `
local removed = 0
for _, key in ipairs(KEYS) do
  local tag = redis.call('GETRANGE', key, 0, 0)
  if tag == 'V' then removed = removed + 1 end
  if tag ~= 'F' then redis.call('UNLINK', key) end
end
redis.call('PUBLISH', ARGV[1], cjson.encode(KEYS))
return removed`

const ACQUIRE = `
local held = redis.call('GET', KEYS[1])
if held then return { held, redis.call('PTTL', KEYS[1]) } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { ARGV[1], tonumber(ARGV[2]) }`

const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

const FULFIL = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], cjson.encode(KEYS))
return 1`

const ABANDON = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], cjson.encode(KEYS))
return 1`

/**
 * Fences of several writers stand side by side as `writer=end;`, each with an end of its own: whoever finishes first must
 * not open the key for loads that read before the others commit. A TTL of 0 takes the writer's fence away.
 */
const FENCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fences, last = '', 0
local function add(writer, ends)
  fences = fences .. writer .. '=' .. string.format('%.0f', ends) .. ';'
  last = math.max(last, ends)
end
if redis.call('GETRANGE', KEYS[1], 0, 0) == 'F' then
  for writer, ends in string.gmatch(string.sub(redis.call('GET', KEYS[1]), 2), '([^=]+)=(%d+);') do
    if writer ~= ARGV[1] and tonumber(ends) > now then add(writer, tonumber(ends)) end
  end
end
if tonumber(ARGV[2]) > 0 then add(ARGV[1], now + tonumber(ARGV[2])) end
if last > now then
  redis.call('SET', KEYS[1], 'F' .. fences, 'PX', string.format('%.0f', last - now))
else
  redis.call('DEL', KEYS[1])
end
redis.call('PUBLISH', ARGV[3], cjson.encode(KEYS))
return 1`

/** The scripts as methods of a client, keys first. */
export interface Scripts {
  readEntryBuffer(redisKey: string): Promise<[Buffer, number] | null>
  writeEntry(redisKey: string, held: Buffer, ttlMsOrKeep: number | 'keep', channel: string): Promise<number>
  removeEntries(count: number, ...redisKeysThenChannel: readonly string[]): Promise<number>
  acquireEntryBuffer(redisKey: string, held: string, leaseMs: number): Promise<[Buffer, number]>
  renewEntry(redisKey: string, held: string, leaseMs: number): Promise<number>
  fulfilEntry(redisKey: string, held: string, value: Buffer, ttlMs: number, channel: string): Promise<number>
  abandonEntry(redisKey: string, held: string, channel: string): Promise<number>
  fenceEntry(redisKey: string, writer: string, ttlMs: number, channel: string): Promise<number>
}

export function defineScripts<Client extends Redis | Cluster>(client: Client): Client & Scripts {
  client.defineCommand('readEntry', { numberOfKeys: 1, lua: READ })
  client.defineCommand('writeEntry', { numberOfKeys: 1, lua: WRITE })
  client.defineCommand('removeEntries', { lua: REMOVE })
  client.defineCommand('acquireEntry', { numberOfKeys: 1, lua: ACQUIRE })
  client.defineCommand('renewEntry', { numberOfKeys: 1, lua: RENEW })
  client.defineCommand('fulfilEntry', { numberOfKeys: 1, lua: FULFIL })
  client.defineCommand('abandonEntry', { numberOfKeys: 1, lua: ABANDON })
  client.defineCommand('fenceEntry', { numberOfKeys: 1, lua: FENCE })
  return client as Client & Scripts
}
