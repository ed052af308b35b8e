import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What proving-ground.config.json says of the adapters. The harness checks that file and explains what is wrong with it,
 * in a task that needs it; here a file that is no JSON says nothing, so that lint and unit tests still run.
 *
 * @param {string} workspace
 * @returns {{ adapters?: Record<string, string> }}
 */
export function readAdapters(workspace) {
  try {
    return JSON.parse(readFileSync(join(workspace, 'proving-ground.config.json'), 'utf8')) ?? {}
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return {}
    throw error
  }
}
