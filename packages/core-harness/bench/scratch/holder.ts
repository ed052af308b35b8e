import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { DependencyName, LeaseOptions } from '../../src/environment/dependency.ts'
import { receiveLines } from '../../src/environment/lines.ts'
import { nodeProgram } from '../../src/environment/node-program.ts'
import type { Lease, ServerAction, Status } from '../../src/environment/protocol.ts'

const PROGRAM = fileURLToPath(new URL('./lease-holder.ts', import.meta.url))

export type HolderRequest =
  | { readonly do: 'connect' | 'status' | 'disconnect' }
  | { readonly do: 'lease'; readonly dependency: DependencyName; readonly options?: LeaseOptions }
  | { readonly do: 'release'; readonly lease: Pick<Lease, 'id'> }
  | {
      readonly do: 'control'
      readonly lease: Pick<Lease, 'id'>
      readonly action: ServerAction
      readonly node?: number
    }
  | { readonly do: 'up'; readonly dependency: DependencyName }
  | { readonly do: 'cancel'; readonly request: number }

/** What a request of a holder came to, when it failed. */
export interface HolderFailure extends Error {
  readonly remedy?: string
  readonly code?: string
}

/** A process that holds leases, seen from the test that started it. */
export class Holder {
  readonly process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #nextId = 1
  /** Whatever it wrote besides answers. */
  stderr = ''

  constructor(environment: NodeJS.ProcessEnv) {
    this.process = spawn(nodeProgram, ['--disable-warning=ExperimentalWarning', PROGRAM], {
      env: environment,
      stdio: 'pipe',
    })
    receiveLines(this.process.stdout as NonNullable<ChildProcess['stdout']>, (message) => this.#settle(message))
    this.process.stderr?.on('data', (text) => (this.stderr += String(text)))
    this.process.stdin?.on('error', () => undefined) // It was killed; `exit` tells whoever waits.
    this.process.on('exit', () => this.#abandon())
  }

  async lease(dependency: DependencyName, options: LeaseOptions = {}): Promise<Lease> {
    return (await this.ask({ do: 'lease', dependency, options })) as Lease
  }

  async release(lease: Pick<Lease, 'id'>): Promise<void> {
    await this.ask({ do: 'release', lease })
  }

  async control(lease: Pick<Lease, 'id'>, action: ServerAction, at: { readonly node?: number } = {}): Promise<void> {
    await this.ask({ do: 'control', lease, action, ...at })
  }

  async up(dependency: DependencyName): Promise<void> {
    await this.ask({ do: 'up', dependency })
  }

  async status(): Promise<Status> {
    return (await this.ask({ do: 'status' })) as Status
  }

  ask(request: HolderRequest): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.process.stdin?.write(`${JSON.stringify({ ...request, id })}\n`)
    })
  }

  /** Asks for something and takes it back after a while. */
  async askAndCancel(request: HolderRequest, afterMs: number): Promise<unknown> {
    const id = this.#nextId
    const asked = this.ask(request)
    asked.catch(() => undefined) // The caller awaits it below.
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await this.ask({ do: 'cancel', request: id })
    return await asked
  }

  /** Ends it in order; its leases end with its connection. */
  async end(): Promise<void> {
    await this.#signal('SIGTERM')
  }

  async kill(): Promise<void> {
    await this.#signal('SIGKILL')
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = once(this.process, 'exit')
    this.process.kill(signal)
    await gone
  }

  #settle(message: unknown): void {
    const { id, result, error } = message as { id: number; result?: unknown; error?: HolderFailure }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(Object.assign(new Error(error.message), error))
    else waiting?.resolve(result)
  }

  #abandon(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`the holder ended: ${this.stderr}`))
    this.#waiting.clear()
  }
}
