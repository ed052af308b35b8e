import { appendFileSync, closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { HISTORY_FORMAT } from './history-format.ts'
import type { EventLine, FaultLine, HeaderLine, ShardLine } from './history-format.ts'
import type { FaultMark, Json } from './operation.ts'

/** An operation that was begun and has not ended: what its end is written with. */
export interface OpenOperation {
  readonly process: number
  readonly f: string
}

/** What another thread or process needs to write to the same history. Plain data: it can be posted, or sent as JSON. */
export interface JournalShard {
  readonly file: string
  readonly header: HeaderLine
  readonly firstProcess: number
}

/** How many processes the journal, and each shard, may hand out. */
const PROCESSES_EACH = 1_000_000

/**
 * Writes a history while it happens: `invoke` before an operation is begun, then `ok`, `fail` or `info` when that is known.
 *
 * An invoke is in the file before `invoke` returns, so that no operation of a writer that was killed is missing; ends are
 * written with the next invoke, and an end that is lost makes the operation `info`, which is true. Nothing but the open
 * operations is kept in memory.
 *
 * Times are those of `process.hrtime.bigint()`, one clock for all threads and processes of a machine: docs/histories.md.
 */
export class Journal {
  readonly file: string
  /** Time zero of the history, on the monotonic clock of the machine. */
  readonly originNs: bigint
  readonly #header: HeaderLine
  readonly #readClock: () => bigint
  readonly #descriptor: number
  /** Processes that are in use, each with what it does at the moment. */
  readonly #processes = new Map<number, OpenOperation | undefined>()
  readonly #lastProcess: number
  #nextProcess: number
  #shards = 0
  #unwritten = ''
  #isClosed = false

  constructor(
    { file, header, firstProcess }: JournalShard,
    { flags, readClock }: { flags: string; readClock: () => bigint },
  ) {
    this.file = file
    this.#header = header
    this.originNs = BigInt(header.originNs)
    this.#readClock = readClock
    this.#nextProcess = firstProcess
    this.#lastProcess = firstProcess + PROCESSES_EACH - 1
    this.#descriptor = openSync(file, flags)
    this.#append(header)
    this.#write()
  }

  /** A number for a client with a session of its own: one that no other has, in any shard. */
  newProcess(): number {
    if (this.#nextProcess > this.#lastProcess)
      throw this.#mistake(`more than ${PROCESSES_EACH} processes were asked for`, 'Use a process for many operations.')
    const process = this.#nextProcess++
    this.#processes.set(process, undefined)
    return process
  }

  /** Nanoseconds since the history began, as of now: for the marks of faults, and for generators. */
  nowNs(): number {
    return Number(this.#readClock() - this.originNs)
  }

  /**
   * Says that an operation is about to begin.
   *
   * @param input what it is called with
   * @param key which of many independent objects it is done to
   * @throws HarnessError when the process is retired, unknown, or busy
   */
  invoke(process: number, f: string, input: Json = null, key?: string | number): OpenOperation {
    const timeNs = this.nowNs()
    if (!this.#processes.has(process))
      throw this.#mistake(
        `process ${process} cannot begin "${f}": it is retired, or was never handed out`,
        'After info a process is done with, because its operation may still be running: take newProcess().',
      )
    const before = this.#processes.get(process)
    if (before !== undefined)
      throw this.#mistake(
        `process ${process} cannot begin "${f}" while it does "${before.f}"`,
        'A process does one thing at a time: end the operation, or take newProcess() for what runs beside it.',
      )
    const operation = { process, f }
    this.#processes.set(process, operation)
    this.#append({ type: 'invoke', process, f, ...(key !== undefined && { key }), value: input, timeNs })
    this.#write()
    return operation
  }

  /** It happened, and this is what it found. */
  ok(operation: OpenOperation, output: Json = null): void {
    const end = this.#end(operation)
    this.#append({ type: 'ok', ...end, value: output })
  }

  /** It did not happen, for certain. */
  fail(operation: OpenOperation, error: unknown): void {
    const end = this.#end(operation)
    this.#append({ type: 'fail', ...end, error: messageOf(error) })
  }

  /** Nobody knows whether it happened, or will. Its process is retired. */
  info(operation: OpenOperation, error: unknown): void {
    const end = this.#end(operation)
    this.#processes.delete(operation.process)
    this.#append({ type: 'info', ...end, error: messageOf(error) })
  }

  /** Notes what was done to the system on purpose, when it has ended. */
  fault({ kind, target, fromNs, toNs }: FaultMark): void {
    this.#append({ fault: { kind, target, fromNs, toNs } })
    this.#write()
  }

  /** Hands out a part of this history to another thread or process, which opens it by `openShard`. */
  shard(): JournalShard {
    this.#checkOpen()
    if (this.#header.shardOf !== undefined)
      throw this.#mistake('a shard hands out no shards', 'Ask the journal that the history began with.')
    const number = ++this.#shards
    const name = `${basename(this.file).replace(/\.jsonl$/, '')}.${number}.jsonl`
    const file = join(dirname(this.file), name)
    rmSync(file, { force: true }) // Of an earlier run.
    this.#append({ shard: name })
    this.#write()
    return {
      file,
      header: { ...this.#header, shardOf: basename(this.file) },
      firstProcess: number * PROCESSES_EACH,
    }
  }

  /** Writes what is left. Operations that have not ended are `info`. */
  close(): void {
    if (this.#isClosed) return
    this.#write()
    this.#isClosed = true
    closeSync(this.#descriptor)
  }

  #end(operation: OpenOperation): { process: number; f: string; timeNs: number } {
    const timeNs = this.nowNs()
    const { process, f } = operation
    this.#checkOpen()
    if (this.#processes.get(process) !== operation)
      throw this.#mistake(`"${f}" of process ${process} has ended already`, 'End each operation once.')
    this.#processes.set(process, undefined)
    return { process, f, timeNs }
  }

  #append(line: HeaderLine | EventLine | FaultLine | ShardLine): void {
    this.#unwritten += `${JSON.stringify(line)}\n`
  }

  #write(): void {
    this.#checkOpen()
    appendFileSync(this.#descriptor, this.#unwritten)
    this.#unwritten = ''
  }

  #checkOpen(): void {
    if (this.#isClosed) throw this.#mistake('it is closed', 'Close it when every process has come to its end.')
  }

  #mistake(problem: string, remedy: string): HarnessError {
    return new HarnessError(`writing the history ${this.file}: ${problem}`, { remedy })
  }
}

/**
 * Begins a history, now.
 *
 * @param options.file is made, with its folder, in place of what was there
 * @param options.seed what makes its randomness
 * @param options.readClock nanoseconds on a monotonic clock; tests have their own
 */
export function openJournal({
  file,
  name,
  seed = null,
  readClock = process.hrtime.bigint,
}: {
  readonly file: string
  readonly name: string
  readonly seed?: number | null
  readonly readClock?: () => bigint
}): Journal {
  mkdirSync(dirname(file), { recursive: true })
  const header = {
    format: HISTORY_FORMAT,
    name,
    startedAt: new Date().toISOString(),
    seed,
    originNs: String(readClock()),
  } as const
  return new Journal({ file, header, firstProcess: 0 }, { flags: 'w', readClock })
}

/**
 * Goes on with a history in another thread or process of the same machine.
 *
 * @throws HarnessError when the shard was opened before: each has one writer
 */
export function openShard(
  shard: JournalShard,
  { readClock = process.hrtime.bigint }: { readonly readClock?: () => bigint } = {},
): Journal {
  try {
    return new Journal(shard, { flags: 'wx', readClock })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new HarnessError(`opening the shard ${shard.file} of a history: it was opened before`, {
      remedy: 'Each thread and each process needs one of its own: journal.shard().',
      cause: error,
    })
  }
}
