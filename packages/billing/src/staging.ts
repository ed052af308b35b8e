import { defineService } from '@proving-ground/core-harness/staging'
import { variablesOf } from './http/settings.ts'

export default defineService({
  name: 'billing',
  dependencies: ['postgres', 'clickhouse', 'redis'],
  environment: ({ postgres, clickhouse, redis }) =>
    variablesOf({
      postgresUrl: postgres.url,
      clickhouseUrl: clickhouse.url,
      redisUrl: redis.url,
      keyPrefix: redis.keyPrefix ?? '',
    }),
})
