import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { eventually } from '../../src/guarantee/eventually.ts'
import { Holder } from './holder.ts'
import { processesOf } from './remains.ts'

const BIN = fileURLToPath(new URL('../../bin/harness.mjs', import.meta.url))

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A workspace of a test's own: no supervisor, server, state or temporary file of it is anybody else's. */
export class ScratchWorkspace {
  readonly folder: string
  readonly #holders: Holder[] = []
  readonly #environment: NodeJS.ProcessEnv

  /** @param environment variables for all that is started in it */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'harness-test-'))
    chmodSync(this.folder, 0o711) // PostgreSQL runs as another user where the tests run as root.
    mkdirSync(this.temporaryFolder, { mode: 0o777 })
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^HARNESS_|_URL$|^NODE_OPTIONS$|^JEST_/.test(name),
    )
    this.#environment = {
      ...Object.fromEntries(inherited),
      HARNESS_WORKSPACE: this.folder,
      HARNESS_IDLE_MS: '30000',
      // What these tests are about: processes of this machine.
      HARNESS_PROVIDER: '',
      DOCKER_HOST: `unix://${this.folder}/no-docker.sock`,
      TMPDIR: this.temporaryFolder,
      ...environment,
    }
  }

  get temporaryFolder(): string {
    return join(this.folder, 'tmp')
  }

  environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return { ...this.#environment, ...more }
  }

  /** Starts a process that uses the environment. It ends with the workspace at the latest. */
  holder(environment: Readonly<Record<string, string>> = {}): Holder {
    const holder = new Holder(this.environment(environment))
    this.#holders.push(holder)
    return holder
  }

  /** Runs `harness` with the Node of this process. */
  async harness(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    const { process: command, result } = this.startHarness(args, environment)
    command.stdin?.end()
    return await result
  }

  startHarness(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const command = spawn(process.execPath, [BIN, ...args], { env: this.environment(environment), stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    command.stdout.on('data', (text) => (stdout += String(text)))
    command.stderr.on('data', (text) => (stderr += String(text)))
    const result = once(command, 'close').then(([code]): CommandResult => ({
      code: code as number | null,
      stdout,
      stderr,
    }))
    return { process: command, result }
  }

  configure(configuration: unknown): void {
    const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration)
    writeFileSync(join(this.folder, 'proving-ground.config.json'), text)
  }

  /** An executable file in a folder for `HARNESS_SERVERS_PATH`. */
  fakeServer(name: string, script: string): string {
    const servers = join(this.folder, 'servers')
    mkdirSync(servers, { recursive: true })
    writeFileSync(join(servers, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return servers
  }

  /** All that was written to logs. */
  logs(): string {
    const folder = join(this.folder, '.proving-ground/logs')
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
  }

  processes() {
    return processesOf(this.folder)
  }

  /** The files and folders that servers have now, there or where they have them without `TMPDIR`. */
  temporaryFiles(): string[] {
    const elsewhere = ['/dev/shm', tmpdir()].filter(existsSync).flatMap((folder) => readdirSync(folder))
    return [
      ...readdirSync(this.temporaryFolder),
      ...elsewhere.filter((name) => name.startsWith(`proving-ground-${this.id}-`)),
    ]
  }

  /** What tells it from other workspaces in the names of folders, sockets and containers. */
  get id(): string {
    return createHash('sha256')
      .update(`${process.getuid?.() ?? 'user'}:${this.folder}`)
      .digest('hex')
      .slice(0, 8)
  }

  /** Resolves when nothing runs and nothing lies about. */
  async isEmpty(withinMs = 10_000): Promise<void> {
    await eventually(
      () => {
        const left = [
          ...this.processes().map(({ processId, command }) => `${processId} ${command}`),
          ...this.temporaryFiles(),
        ]
        if (left.length > 0) throw new Error(left.join('\n'))
      },
      { withinMs, describe: 'nothing of the workspace is left' },
    )
  }

  async endHolders(): Promise<void> {
    await Promise.all(this.#holders.splice(0).map((holder) => holder.kill()))
  }

  /** Ends all that was started in it, and fails when something stays. */
  async dispose(): Promise<void> {
    await this.endHolders()
    await this.harness(['down'])
    await this.isEmpty()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
