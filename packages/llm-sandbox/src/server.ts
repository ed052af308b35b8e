/** The sandbox as a process: `node packages/llm-sandbox/src/server.ts --help` names its settings. */
import { serve } from '@proving-ground/core-harness/service'
import { openSandbox } from './sandbox.ts'
import { USAGE, readOptions } from './settings.ts'

if (process.argv.length > 2) {
  process.stdout.write(USAGE)
  process.exit(process.argv[2] === '--help' ? 0 : 2)
}
await serve({ name: 'llm-sandbox', open: async (variables) => openSandbox(readOptions(variables)) })
