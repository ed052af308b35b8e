import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { HarnessError } from '../../environment/errors.ts'
import { spawnGuarded } from '../../environment/guard.ts'
import type { GuardedProcess } from '../../environment/guard.ts'
import { nodeProgram, withCompileCache } from '../../environment/node-program.ts'
import { withinTime } from '../../environment/within-time.ts'
import { NODE_GONE } from './peer.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const OPEN_WITHIN_MS = 20_000
const LINES_KEPT = 20
/** For a process whose connection has closed. */
const ENDED_WITHIN_MS = 2_000
/** For the rest of the output of a process that has ended; something that it started may keep the pipe open. */
const OUTPUT_WITHIN_MS = 500

/** The process of one node, under guard, with the last lines that it wrote. */
export class NodeProcess {
  readonly #guarded: GuardedProcess
  readonly #lines: string[] = []
  readonly #outputEnd: Promise<unknown>
  /** Whether it was ended on purpose. */
  wasStopped = false

  /** @param variables of the environment, besides those of this process */
  constructor(variables: Readonly<Record<string, string>>) {
    this.#guarded = spawnGuarded({
      command: nodeProgram,
      args: ['--disable-warning=ExperimentalWarning', CHILD],
      env: { ...nodeEnvironment(), ...variables },
      stopSignal: 'KILL',
      output: 'pipe',
    })
    const streams = [this.#guarded.stdout, this.#guarded.stderr].filter((stream) => stream !== null)
    this.#outputEnd = Promise.all(streams.map((stream) => this.#keepLines(stream)))
  }

  get alive(): boolean {
    return this.#guarded.alive
  }

  /**
   * Waits for something that happens while the node opens.
   *
   * @throws HarnessError when the process ends before, or it takes too long, with what it wrote
   */
  async opening<Value>(step: Promise<Value>): Promise<Value> {
    let settled = false
    const settling = step.finally(() => (settled = true))
    try {
      return await withinTime(Promise.race([settling, this.#endsEarly()]), OPEN_WITHIN_MS)
    } catch (error) {
      if (!this.alive || (error as { code?: unknown }).code === NODE_GONE) return await this.#endsEarly()
      if (settled) throw error // The adapter's own error.
      throw new HarnessError(`starting a node: it is not open after ${OPEN_WITHIN_MS} ms\n${this.#lines.join('\n')}`)
    }
  }

  /** How it ended, and the last lines that it wrote. */
  async lastWords(): Promise<string> {
    const code = await withinTime(this.#guarded.ended, ENDED_WITHIN_MS).catch(() => undefined)
    if (code === undefined) return 'its process goes on without its connection'
    await withinTime(this.#outputEnd, OUTPUT_WITHIN_MS).catch(() => undefined)
    return `its process ended with code ${code}\n${this.#lines.join('\n')}`
  }

  async stop(): Promise<void> {
    this.wasStopped = true
    await this.#guarded.stop()
  }

  async #endsEarly(): Promise<never> {
    await this.#guarded.ended
    const words = await this.lastWords()
    throw new HarnessError(`starting a node: ${this.wasStopped ? 'its test has ended' : words}`)
  }

  async #keepLines(stream: Readable): Promise<void> {
    const lines = createInterface({ input: stream })
    lines.on('line', (line) => {
      this.#lines.push(line)
      if (this.#lines.length > LINES_KEPT) this.#lines.shift()
    })
    await once(lines, 'close')
  }
}

/** What nodes inherit: nothing that makes them behave as the test runner does. */
function nodeEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...rest } = process.env
  return { ...rest, NODE_ENV: 'production', ...withCompileCache() }
}
