import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

import { DEPENDENCY_NAMES, PROVIDER_NAMES } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'
import { workspaceRoot } from './workspace.ts'

const limits = z.strictObject({
  memoryBytes: z.int().min(16 * 1024 * 1024).optional(),
  cpus: z.number().positive().optional(),
  openFiles: z.int().min(64).optional(),
})

const dependency = z.strictObject({
  provider: z.enum(PROVIDER_NAMES).optional(),
  /** Instead of the catalog's image. */
  image: z.string().min(1).optional(),
  limits: limits.optional(),
})

const configuration = z.strictObject({
  $schema: z.string().optional(),
  /** Forces one provider for every dependency that does not name its own. */
  provider: z.enum(PROVIDER_NAMES).optional(),
  dependencies: z.partialRecord(z.enum(DEPENDENCY_NAMES), dependency).default({}),
  /** Contract name to adapter: a name or a path relative to the workspace. */
  adapters: z.record(z.string(), z.string().min(1)).default({}),
  /** How long the supervisor stays when nobody uses it, in milliseconds. */
  idleMs: z.int().min(1_000).default(60_000),
})

export type Configuration = z.infer<typeof configuration>
export type DependencyConfiguration = z.infer<typeof dependency>

export const CONFIGURATION_FILE = 'proving-ground.config.json'

/**
 * Reads the optional configuration file of the workspace.
 *
 * @throws HarnessError naming the file and the line, or the field, that is wrong
 */
export function readConfiguration(file = join(workspaceRoot, CONFIGURATION_FILE)): Configuration {
  if (!existsSync(file)) return configuration.parse({})
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new HarnessError(`reading ${file}: ${messageOf(error)}`, {
      remedy: 'The file holds one JSON object; README.md lists its fields.',
    })
  }
  const parsed = configuration.safeParse(content)
  if (parsed.success) return parsed.data
  throw new HarnessError(`reading ${file}:\n${z.prettifyError(parsed.error)}`, {
    remedy: 'README.md lists the fields of this file.',
  })
}
