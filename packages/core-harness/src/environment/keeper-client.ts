import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { DependencyName } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'
import { nodeProgram } from './node-program.ts'
import { OWNER_FILE } from './server-folders.ts'

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
      readonly holder: string
    }
)

/** The supervisor's end of the pipe to its keeper. A keeper that ends before its time is replaced. */
export class Keeper {
  readonly #arguments: readonly string[]
  readonly #log: number
  readonly #kept = new Map<string, Kept>()
  #process: ChildProcess
  #finishing = false

  private constructor(root: string, owner: string, log: number) {
    this.#arguments = ['--disable-warning=ExperimentalWarning', KEEPER, root, owner]
    this.#log = log
    this.#process = this.#spawn()
  }

  /**
   * Starts a keeper; resolves when it would clean up after this process, and `root` is there.
   *
   * @throws HarnessError when one of the two cannot be
   */
  static async start(root: string, owner: string, log: number): Promise<Keeper> {
    const keeper = new Keeper(root, owner, log)
    const { stdout } = keeper.#process
    const ready = once(stdout as NonNullable<typeof stdout>, 'data').then(() => true)
    if (!(await Promise.race([ready, once(keeper.#process, 'exit').then(() => false)])))
      throw new HarnessError('starting the keeper, which cleans up after the supervisor: it ended at once')
    makeRoot(root)
    return keeper
  }

  /** To be called before the thing is made. */
  keep(thing: Kept): void {
    this.#kept.set(thing.id, thing)
    this.#process.stdin?.write(`${JSON.stringify({ keep: thing })}\n`)
  }

  drop(id: string): void {
    this.#kept.delete(id)
    this.#process.stdin?.write(`${JSON.stringify({ drop: id })}\n`)
  }

  /** Lets it clean what is left, and waits until it has. */
  async finish(): Promise<void> {
    this.#finishing = true
    if (hasEnded(this.#process)) return
    const ended = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await ended
  }

  #spawn(): ChildProcess {
    const keeper = spawn(nodeProgram, this.#arguments, { detached: true, stdio: ['pipe', 'pipe', this.#log] })
    keeper.stdin?.on('error', () => keeper.stdin?.destroy()) // It has ended; `exit` follows.
    let wasReady = false
    keeper.stdout?.once('data', () => (wasReady = true))
    keeper.once('exit', () => {
      if (wasReady && !this.#finishing) this.#replace()
    })
    return keeper
  }

  /** Somebody killed it. */
  #replace(): void {
    this.#process = this.#spawn()
    for (const thing of this.#kept.values()) this.#process.stdin?.write(`${JSON.stringify({ keep: thing })}\n`)
  }
}

/** Names its owner, so that a later supervisor can tell a folder that was left behind. */
function makeRoot(root: string): void {
  try {
    mkdirSync(root, { mode: 0o711 })
    writeFileSync(join(root, OWNER_FILE), String(process.pid), { mode: 0o600 })
  } catch (error) {
    throw new HarnessError(`making the folder ${root} for the files of servers: ${messageOf(error)}`, {
      remedy: `Make ${dirname(root)} writable and free space in it, or set TMPDIR to another folder.`,
      cause: error,
    })
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
