import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayReuseResults } from '../reuse.mjs'

for (const environment of [
  {},
  { REDIS_URL: '' },
  { ADAPTER: 'bentocache' },
  { ADAPTER: 'cache:bentocache' },
  { HARNESS_PROVIDER: 'native' },
]) {
  test(`${JSON.stringify(environment)} leaves results reusable`, () => {
    assert.equal(mayReuseResults(environment), true)
  })
}

for (const environment of [
  { REDIS_URL: 'redis://staging:6379' },
  { REDIS_CLUSTER_URL: 'redis://staging:7000' },
  { POSTGRES_URL: 'postgres://staging/cache' },
  { CLICKHOUSE_URL: 'http://staging:8123' },
  { RABBITMQ_URL: 'amqp://staging' },
  { ADAPTER: './mine.ts' },
  { ADAPTER: '../mine.ts' },
  { ADAPTER: '/srv/mine.ts' },
  { ADAPTER: 'cache:./mine.ts' },
  { ADAPTER: 'cache:mine.ts' },
  { LLM_URL: 'http://staging:8080' },
  { ADAPTER: 'messaging:reference,cache:/srv/mine.ts' },
]) {
  test(`${JSON.stringify(environment)} forbids to reuse results`, () => {
    assert.equal(mayReuseResults(environment), false)
  })
}

test('a configured adapter leaves results reusable when it is a name, and not when it is a path', () => {
  assert.equal(mayReuseResults({}, { adapters: { cache: 'bentocache' } }), true)
  assert.equal(mayReuseResults({}, { adapters: { cache: './services/cache/adapter.ts' } }), false)
})
