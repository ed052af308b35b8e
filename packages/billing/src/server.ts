/** The billing service as a process: `node packages/billing/src/server.ts`. docs/staging.md names its settings. */
import { serve } from '@proving-ground/core-harness/service'
import { openBillingService } from './http/service.ts'

await serve({ name: 'billing', open: openBillingService })
