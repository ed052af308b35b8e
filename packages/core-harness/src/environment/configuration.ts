import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

import { DEPENDENCY_NAMES, PROVIDER_NAMES } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'
import { findJsonMistake } from './json-mistake.ts'
import { homeDirectory } from './workspace.ts'

/** Timers of Node that are longer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * An entry of the list of targets: nothing that a URL parser would repair or drop. The port is left out, a number, or `*`.
 */
export const TARGET = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?$/i

const limits = z.strictObject({
  memoryBytes: z
    .int()
    .min(16 * 1024 * 1024)
    .optional(),
  cpus: z.number().positive().optional(),
  openFiles: z.int().min(64).optional(),
})

const dependency = z.strictObject({
  provider: z.enum(PROVIDER_NAMES).optional(),
  /** Instead of the catalog's image. */
  image: z.string().min(1).optional(),
  limits: limits.optional(),
  /** How long a server may take to its first healthy answer, in milliseconds. */
  startWithinMs: z.int().min(100).optional(),
})

const configuration = z.strictObject({
  $schema: z.string().optional(),
  /** Forces one provider for every dependency that does not name its own. */
  provider: z.enum(PROVIDER_NAMES).optional(),
  dependencies: z.partialRecord(z.enum(DEPENDENCY_NAMES), dependency).default({}),
  /** Contract name to adapter: a name or a path relative to the workspace. */
  adapters: z.record(z.string(), z.string().min(1)).default({}),
  staging: z
    .strictObject({
      /** Targets that may be put under load: scheme, host and port, as `https://staging.example.com`, `http://127.0.0.1:*`. */
      allow: z
        .array(z.string().regex(TARGET, 'an entry is scheme, host and port, as "https://staging.example.com"'))
        .default([]),
    })
    .optional(),
  /** How long the supervisor stays when nobody uses it, in milliseconds. */
  idleMs: z.int().min(1_000).max(LONGEST_TIMER_MS).default(60_000),
})

export type Configuration = z.infer<typeof configuration>
export type DependencyConfiguration = z.infer<typeof dependency>

export const CONFIGURATION_FILE = 'proving-ground.config.json'

/**
 * Reads the optional configuration file of the workspace.
 *
 * @throws HarnessError naming the file and the line, or the field, that is wrong
 */
export function readConfiguration(file = join(homeDirectory, CONFIGURATION_FILE)): Configuration {
  if (!existsSync(file)) return configuration.parse({})
  const content = parseJson(file, readText(file))
  const parsed = configuration.safeParse(content)
  if (parsed.success) return parsed.data
  throw new HarnessError(`reading ${file}:\n${z.prettifyError(parsed.error)}`, {
    remedy: 'README.md lists the fields of this file.',
  })
}

/** How long the supervisor stays when nobody uses it: what `HARNESS_IDLE_MS` says, else the configuration file. */
export function readIdleMs(environment = process.env): number {
  const text = environment.HARNESS_IDLE_MS
  if (text === undefined || text === '') return readConfiguration().idleMs
  if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) <= LONGEST_TIMER_MS) return Number(text)
  throw new HarnessError(`reading HARNESS_IDLE_MS: "${text}" is no time`, {
    remedy: `It takes whole milliseconds, from 1 to ${LONGEST_TIMER_MS}.`,
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new HarnessError(`reading ${file}: ${messageOf(error)}`, { remedy: 'Make it a file that you can read.' })
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const { line, column, expected } = findJsonMistake(text)
    throw new HarnessError(`reading ${file}: line ${line}, column ${column}: expected ${expected}`, {
      remedy: 'The file holds one JSON object; README.md lists its fields.',
    })
  }
}
