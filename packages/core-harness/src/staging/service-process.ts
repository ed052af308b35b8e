import { readFile } from 'node:fs/promises'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { spawnGuarded } from '../environment/guard.ts'
import type { GuardedProcess } from '../environment/guard.ts'
import { openLog } from '../environment/log.ts'
import type { ServerLog } from '../environment/log.ts'
import { nodeProgram, withCompileCache } from '../environment/node-program.ts'
import { passwordsOf } from '../environment/url-secrets.ts'
import { ServiceClient } from '../service/client.ts'
import { pauseProcess, resumeProcess } from './process-state.ts'

const READY_WITHIN_MS = 20_000
const STOP_WITHIN_MS = 5_000
/** On top of what the service gives its requests, for closing its dependencies. */
const GRACE_MS = STOP_WITHIN_MS + 2_000
const LOOK_EVERY_MS = 10
const LINES_SHOWN = 20

export interface ServiceProcessOptions {
  readonly name: string
  /** The program, a TypeScript file that calls `serve()`. */
  readonly server: string
  /** What it reads besides the settings of all services. */
  readonly environment: Readonly<Record<string, string>>
  readonly token: string
  /** The module of the adapter that it runs; its own choice when left out. */
  readonly adapterPath?: string | undefined
  readonly readyWithinMs?: number
}

let started = 0

/**
 * One instance of a service: a process of its own on the loopback interface, which cannot outlive this one, however this
 * one ends. What it writes is kept in a log of the state folder.
 */
export class ServiceProcess {
  readonly #options: ServiceProcessOptions
  readonly #log: ServerLog
  #guarded: GuardedProcess | undefined
  #processId = 0
  #url = ''
  #isPaused = false

  private constructor(options: ServiceProcessOptions) {
    this.#options = options
    this.#log = openLog(`service-${options.name}-${process.pid}-${++started}`)
  }

  /**
   * Starts a service and waits until it is ready.
   *
   * @throws HarnessError with the last lines that it wrote, when it ends or takes too long
   */
  static async start(options: ServiceProcessOptions): Promise<ServiceProcess> {
    const service = new ServiceProcess(options)
    try {
      await service.#run(0)
    } catch (error) {
      await service.stop()
      throw error
    }
    return service
  }

  /** Stays the same when it is restarted. */
  get url(): string {
    return this.#url
  }

  /** Another one after a restart. */
  get processId(): number {
    return this.#processId
  }

  get alive(): boolean {
    return this.#guarded?.alive ?? false
  }

  get logFile(): string {
    return this.#log.file
  }

  /** SIGSTOP; resolves when the process is stopped. */
  async pause(): Promise<void> {
    this.#isPaused = true
    await pauseProcess(this.#processId)
  }

  /** SIGCONT; resolves when the process runs. */
  async resume(): Promise<void> {
    await resumeProcess(this.#processId)
    this.#isPaused = false
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.alive) process.kill(this.#processId, 'SIGKILL')
    await this.#guarded?.ended
    this.#isPaused = false
  }

  /** Ends it in order where it still runs, and starts it on the same port; resolves when it is ready. */
  async restart(): Promise<void> {
    await this.#end()
    await this.#run(Number(new URL(this.#url).port))
  }

  /** Ends it in order, and by force where that takes too long. */
  async stop(): Promise<void> {
    await this.#end()
    this.#log.close()
  }

  async #end(): Promise<void> {
    // What is paused would not hear that it is to stop.
    if (this.alive && this.#isPaused) await this.resume()
    await this.#guarded?.stop()
  }

  async #run(port: number): Promise<void> {
    const { name, server, environment, token, adapterPath, readyWithinMs = READY_WITHIN_MS } = this.#options
    const from = (await readFile(this.#log.file)).length
    const began = performance.now()
    this.#guarded = spawnGuarded({
      command: nodeProgram,
      args: ['--disable-warning=ExperimentalWarning', server],
      env: {
        ...inherited(),
        ...environment,
        HOST: '127.0.0.1',
        PORT: String(port),
        SERVICE_TOKEN: token,
        SERVICE_STOP_WITHIN_MS: String(STOP_WITHIN_MS),
        ...(adapterPath !== undefined && { SERVICE_ADAPTER: adapterPath }),
      },
      graceMs: GRACE_MS,
      output: this.#log.descriptor,
    })
    const remainingMs = (): number => began + readyWithinMs - performance.now()
    try {
      const { listening, processId } = await this.#announcement(from, remainingMs)
      this.#url = listening
      this.#processId = processId
      await this.#untilReady(remainingMs)
    } catch (error) {
      if (!(error instanceof NotReady)) throw error
      const secrets = [token, ...passwordsOf(Object.values(environment).flatMap(urlsIn))]
      const lines = await this.#log.lastLines(LINES_SHOWN, secrets)
      throw new HarnessError(
        `starting the service ${name}: ${error.message}\n` +
          (lines === '' ? 'It wrote nothing to its log.' : `The last lines of its log:\n${lines}`),
        { remedy: `The whole log: ${this.#log.file}`, cause: error },
      )
    }
  }

  /** The line that says where it listens, which it writes when its dependencies are connected. */
  async #announcement(from: number, remainingMs: () => number): Promise<{ listening: string; processId: number }> {
    for (;;) {
      const written = (await readFile(this.#log.file)).subarray(from).toString('utf8')
      const [line] = /^\{"listening":.*\}(?=\n)/m.exec(written) ?? []
      if (line !== undefined) return JSON.parse(line) as { listening: string; processId: number }
      await this.#waitOn(remainingMs, 'it does not listen')
    }
  }

  async #untilReady(remainingMs: () => number): Promise<void> {
    const client = new ServiceClient(this.#url, { token: this.#options.token, connections: 1 })
    try {
      let found = 'it does not answer'
      for (;;) {
        const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(remainingMs())))
        const problem = await client.checkReady(deadline).then(
          () => undefined,
          (error: unknown) => messageOf(error),
        )
        if (problem === undefined) return
        // What it said itself tells more than that the last look was cut short.
        if (!deadline.aborted) found = problem
        await this.#waitOn(remainingMs, found)
      }
    } finally {
      await client.close()
    }
  }

  async #waitOn(remainingMs: () => number, found: string): Promise<void> {
    if (!this.alive) throw new NotReady(`its process ended with code ${await this.#guarded?.ended} before it was ready`)
    if (remainingMs() <= 0)
      throw new NotReady(`it was not ready within ${this.#options.readyWithinMs ?? READY_WITHIN_MS} ms (${found})`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

class NotReady extends Error {}

/** What belongs to the test runner, and settings of another service, are not for this one. */
function inherited(): NodeJS.ProcessEnv {
  const own = /^(NODE_OPTIONS|NODE_CHANNEL_FD|JEST_WORKER_ID|HOST|PORT|SERVICE_.*|STAGING_.*)$/
  const rest = Object.entries(process.env).filter(([name]) => !own.test(name))
  return { ...Object.fromEntries(rest), NODE_ENV: 'production', ...withCompileCache() }
}

function urlsIn(value: string): string[] {
  return value.split(',').filter((part) => URL.canParse(part))
}
