import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { DependencyName } from './dependency.ts'
import { HarnessError } from './errors.ts'
import { nodeProgram } from './node-program.ts'

const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url))

/** Something that would be left behind if the supervisor were killed now. */
export type Kept = { readonly id: string } & (
  | { readonly kind: 'containers' }
  | {
      readonly kind: 'lease'
      readonly lease: string
      readonly dependency: DependencyName
      readonly urls: readonly string[]
      readonly version: string
    }
)

/** The supervisor's end of the pipe to its keeper. */
export class Keeper {
  readonly #process: ChildProcess

  private constructor(keeper: ChildProcess) {
    this.#process = keeper
  }

  /** Starts a keeper; resolves when it has made `root`. */
  static async start(root: string, owner: string, log: number): Promise<Keeper> {
    const keeper = spawn(nodeProgram, ['--disable-warning=ExperimentalWarning', KEEPER, root, owner], {
      detached: true,
      stdio: ['pipe', 'pipe', log],
    })
    const early = once(keeper, 'exit').then(() => {
      throw new HarnessError('starting the keeper, which cleans up after the supervisor: it ended at once')
    })
    await Promise.race([once(keeper.stdout as NonNullable<ChildProcess['stdout']>, 'data'), early])
    early.catch(() => undefined) // From now on its end is awaited by `finish`.
    keeper.stdin?.on('error', () => keeper.stdin?.destroy())
    return new Keeper(keeper)
  }

  /** To be called before the thing is made. */
  keep(thing: Kept): void {
    this.#process.stdin?.write(`${JSON.stringify({ keep: thing })}\n`)
  }

  drop(id: string): void {
    this.#process.stdin?.write(`${JSON.stringify({ drop: id })}\n`)
  }

  /** Lets it clean what is left, and waits until it has. */
  async finish(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await ended
  }
}
