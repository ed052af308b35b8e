/** The sandbox as a process: `node packages/llm-sandbox/src/server.ts --help` names its settings. */
import { serve } from '@proving-ground/core-harness/service'
import { openSandbox } from './sandbox.ts'
import { USAGE, readOptions } from './settings.ts'

if (process.argv.length > 2) {
  const isAsked = process.argv[2] === '--help'
  ;(isAsked ? process.stdout : process.stderr).write(USAGE)
  process.exit(isAsked ? 0 : 2)
}
await serve({ name: 'llm-sandbox', open: async (variables) => openSandbox(readOptions(variables)) })
