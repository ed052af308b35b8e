import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { listCommandLines } from './process-table.ts'

const LOOK_EVERY_MS = 50
const GUARD = fileURLToPath(new URL('./guard.sh', import.meta.url))

export interface GuardedCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What asks the command to stop; SIGKILL follows after `graceMs`. QUIT is for one that sets a handler for it. */
  readonly stopSignal?: 'TERM' | 'QUIT' | 'KILL'
  readonly graceMs?: number
  /** A directory that goes when the command has ended. */
  readonly directory?: string
  /** A shell script that is run with the directory before that goes: for what the end of a process does not free. */
  readonly afterwards?: string
  /** Where standard output and error go: an open file, or a pipe that the owner reads. */
  readonly output: number | 'pipe'
}

/** A process that cannot outlive this one, however this one ends. */
export interface GuardedProcess {
  /** The id of the guard. The command is its child, in a process group of its own. */
  readonly guardId: number
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** Settles when the command has ended and its directory is gone, with its exit code (128 + n for signal n). */
  readonly ended: Promise<number>
  /** True until `ended` settles. */
  readonly alive: boolean
  /** Stops the command and waits until it has ended. */
  stop(): Promise<void>
  /**
   * Ends the command, and all that it started, but keeps its directory and the guard, until `start`: `ended` does not settle.
   *
   * @param signal that asks it to end; SIGKILL follows after `graceMs`
   */
  halt(signal: 'KILL' | 'TERM' | 'INT'): Promise<void>
  /** Runs the command anew after `halt`. */
  start(): void
}

/**
 * Waits until no guard has a folder to remove below another: a guard looks into its folder before that goes, for what the end
 * of a process does not free.
 *
 * @param deadline on the clock of `performance.now()`, in milliseconds
 */
export async function guardsEnd(folder: string, deadline: number): Promise<void> {
  const isAtWork = (): boolean => listCommandLines().some((line) => line.includes(GUARD) && line.includes(folder))
  while (isAtWork() && performance.now() < deadline) await delay(LOOK_EVERY_MS)
}

/**
 * Starts a command under guard.sh: it ends, with all that it started, when this process closes its end of a pipe, which
 * the kernel does for a process that is killed outright.
 */
export function spawnGuarded(command: GuardedCommand): GuardedProcess {
  const graceTenths = Math.ceil((command.graceMs ?? 2_000) / 100)
  const guard = spawn(
    '/bin/sh',
    [
      GUARD,
      command.stopSignal ?? 'TERM',
      String(graceTenths),
      command.directory ?? '',
      command.afterwards ?? '',
      command.command,
      ...command.args,
    ],
    {
      // A session of its own: Ctrl-C in the terminal is for the owner, which then stops its processes in order.
      detached: true,
      stdio: ['pipe', command.output, command.output, 'ignore', 'pipe'],
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      ...(command.env === undefined ? {} : { env: command.env }),
    },
  )
  // The command may end first; writing the stop line to its guard then fails, which is what was wanted.
  guard.stdin?.on('error', () => guard.stdin?.destroy())
  let alive = true
  const ended = endOf(guard, command.output).finally(() => {
    alive = false
    guard.stdin?.destroy()
  })
  return {
    guardId: guard.pid ?? -1,
    stdout: guard.stdout,
    stderr: guard.stderr,
    ended,
    get alive() {
      return alive
    },
    async stop() {
      guard.stdin?.end()
      await ended
    },
    async halt(signal) {
      const halted = once(guard.stdio[4] as Readable, 'data')
      guard.stdin?.write(`${signal}\n`)
      await Promise.race([halted, ended])
    },
    start: () => void guard.stdin?.write('start\n'),
  }
}

/** A guard that cannot be started says so where its command would have written, and counts as ended with code 127. */
function endOf(guard: ChildProcess, output: GuardedCommand['output']): Promise<number> {
  return new Promise((resolve) => {
    guard.once('exit', (code) => resolve(code ?? 137))
    guard.once('error', (error) => {
      if (output !== 'pipe') writeSync(output, `the guard cannot be started: ${error.message}\n`)
      resolve(127)
    })
  })
}
