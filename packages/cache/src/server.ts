/** The cache as a process: `node packages/cache/src/server.ts`. README.md and docs/staging.md name its settings. */
import { serve } from '@proving-ground/core-harness/service'
import { openCacheService } from './http/service.ts'

await serve({ name: 'cache', open: openCacheService })
