import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { findProgram } from '../environment/program.ts'
import { stateFolder, workspaceId, workspaceRoot } from '../environment/workspace.ts'
import { CancelledError } from '../environment/protocol.ts'

/** The port of every service inside of its container. */
const SERVICE_PORT = 8080
/** Of each container, and of what Compose says itself. */
const LINES_SHOWN = 20
const COMPOSE_FILE = join(workspaceRoot, 'docker/compose.staging.yml')

/** Where the token of the containers lies while they run; they get it as a secret and not as a variable. */
export function composeTokenFile(): string {
  return join(stateFolder('staging'), 'container-token')
}

export interface ComposedInstance {
  readonly service: string
  readonly url: string
}

/**
 * Builds the image, and starts services and their dependencies in containers; resolves when all are healthy.
 *
 * @throws HarnessError when Docker Compose is missing, or fails; CancelledError. Nothing is left running
 */
export async function composeUp(
  services: readonly string[],
  instances: number,
  signal: AbortSignal,
): Promise<ComposedInstance[]> {
  if (existsSync(composeTokenFile()))
    throw new HarnessError('starting the staging in containers: one was started already', {
      remedy: 'harness staging down ends it.',
    })
  await findCompose()
  writeFileSync(composeTokenFile(), randomBytes(24).toString('hex'), { mode: 0o644 })
  try {
    const scale = services.flatMap((service) => ['--scale', `${service}=${instances}`])
    await compose(['up', '--build', '--detach', '--wait', ...scale, ...services], signal).catch(withLogs)
    return await composedInstances()
  } catch (error) {
    try {
      await composeDown()
    } catch (left) {
      throw new HarnessError(`${messageOf(error)}\nand taking it down again: ${messageOf(left)}`, {
        remedy: 'harness staging down tries again.',
        cause: error,
      })
    }
    throw error
  }
}

/** Compose says that a container ended, and not what that wrote. */
async function withLogs(error: unknown): Promise<never> {
  if (error instanceof CancelledError) throw error
  const logs = (await compose(['logs', '--no-color', '--tail', String(LINES_SHOWN)]).catch(messageOf)).trim()
  const lines = logs === '' ? '' : `\nThe last lines of the containers:\n${logs}`
  throw new HarnessError(`${messageOf(error)}${lines}`, { cause: error })
}

/** The services that run in containers; empty when none were started. */
export async function composedInstances(): Promise<ComposedInstance[]> {
  return existsSync(composeTokenFile()) ? publishedOf(await compose(['ps', '--format', 'json'])) : []
}

/** Ends the containers, and removes them with their volumes. Returns false when none were started. */
export async function composeDown(): Promise<boolean> {
  if (!existsSync(composeTokenFile())) return false
  await compose(['down', '--volumes', '--remove-orphans'])
  rmSync(composeTokenFile(), { force: true })
  return true
}

/**
 * The addresses on this machine out of `docker compose ps --format json`, which writes one object a line, or one list in
 * older versions.
 */
export function publishedOf(listed: string): ComposedInstance[] {
  const containers = listed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => JSON.parse(line) as Container | Container[])
  return containers.flatMap(({ Service: service, Publishers }) =>
    (Publishers ?? [])
      .filter(({ TargetPort, PublishedPort }) => TargetPort === SERVICE_PORT && PublishedPort > 0)
      .map(({ PublishedPort }) => ({ service, url: `http://127.0.0.1:${PublishedPort}` })),
  )
}

interface Container {
  readonly Service: string
  readonly Publishers?: readonly { readonly TargetPort: number; readonly PublishedPort: number }[] | null
}

/** @throws HarnessError when there is no docker command, or it has no Compose */
async function findCompose(): Promise<string> {
  const docker = findProgram('docker')
  if (docker !== undefined && (await run(docker, ['compose', 'version'])).code === 0) return docker
  throw new HarnessError('running the staging in containers: there is no Docker Compose', {
    remedy: 'Install the plugin (docker compose version has to answer), or leave out --container.',
  })
}

async function compose(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const docker = await findCompose()
  const project = ['compose', '--file', COMPOSE_FILE, '--project-name', `proving-ground-staging-${workspaceId}`]
  const { code, output, errors } = await run(docker, [...project, ...args], signal)
  if (signal?.aborted) throw new CancelledError('starting the staging in containers: it was given up')
  if (code === 0) return output
  throw new HarnessError(
    `docker compose ${args[0]} ended with code ${code}:\n${errors.trim().split('\n').slice(-LINES_SHOWN).join('\n')}`,
  )
}

async function run(
  docker: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const child = spawn(docker, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, STAGING_TOKEN_FILE: composeTokenFile() },
  })
  const stop = (): void => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const [code] = (await once(child, 'close')) as [number | null]
  signal?.removeEventListener('abort', stop)
  return { code: code ?? 137, output, errors }
}
