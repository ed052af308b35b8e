import { defineService } from '@proving-ground/core-harness/staging'
import { variablesOf } from './http/settings.ts'

export default defineService({
  name: 'cache',
  dependencies: ['redis'],
  environment: ({ redis }) => variablesOf({ redisUrls: redis.urls, mode: 'single', keyPrefix: redis.keyPrefix ?? '' }),
})
