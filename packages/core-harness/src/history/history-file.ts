import { z } from 'zod'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { fileLines } from './file-lines.ts'
import type { FileLine } from './file-lines.ts'
import { HISTORY_FORMAT, eventSchema, faultSchema, headerSchema, shardSchema } from './history-format.ts'
import type { EventLine, HeaderLine } from './history-format.ts'
import type { FaultMark } from './operation.ts'

/** Who is told what a file holds beside events. */
export interface FileListener {
  fault(mark: FaultMark): void
  /** Another file of the same folder belongs to the history. */
  shard(name: string): void
  note(sentence: string): void
}

/** One file of a history, event by event. */
export class HistoryFile {
  readonly file: string
  readonly header: HeaderLine
  /** The next event: undefined before the first `advance()`, and at the end. */
  event: EventLine | undefined
  readonly #lines: Generator<FileLine, void, undefined>
  readonly #listener: FileListener
  #line = 1
  #timeNs = 0

  /** @throws HarnessError when the file cannot be read, or does not begin as a history does */
  constructor(file: string, listener: FileListener) {
    this.file = file
    this.#listener = listener
    this.#lines = fileLines(file)
    this.header = this.#readHeader()
  }

  /** Goes on to the next event, past the lines in between. */
  advance(): void {
    this.event = undefined
    for (let line = this.#nextLine(); line; line = this.#nextLine()) {
      const content = this.#parse(line)
      if (content === undefined) return
      if (this.#take(content)) return
    }
  }

  /** What is wrong, with the place of the line that was read last. */
  mistake(problem: string): HarnessError {
    return new HarnessError(`reading ${this.file}, line ${this.#line}: ${problem}`, {
      remedy: 'harness check --schema prints what a line may hold; docs/histories.md says what may follow what.',
    })
  }

  #nextLine(): FileLine | undefined {
    const line = this.#lines.next().value ?? undefined
    if (line) this.#line = line.number
    return line
  }

  #readHeader(): HeaderLine {
    let line: FileLine | undefined
    try {
      line = this.#nextLine()
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      throw new HarnessError(`reading ${this.file}: ${isMissing ? 'there is no such file' : messageOf(error)}`, {
        cause: error,
      })
    }
    if (!line) throw this.mistake('it is empty, and a history begins with a header')
    const content = this.#parse(line)
    const format = (content as { format?: unknown } | null | undefined)?.format
    if (format !== HISTORY_FORMAT)
      throw this.mistake(
        `its format is ${format === undefined ? 'not said' : JSON.stringify(format)}, and this version reads "${HISTORY_FORMAT}"`,
      )
    return this.#checked(headerSchema, content)
  }

  /** Undefined for what a killed writer left of its last line. */
  #parse({ text, isCut }: FileLine): unknown {
    try {
      return JSON.parse(text)
    } catch (error) {
      if (!isCut) throw this.mistake(`it is not JSON: ${messageOf(error)}`)
      this.#listener.note(
        `${this.file} ends within line ${this.#line}: its writer was cut off. What is before that counts.`,
      )
      return undefined
    }
  }

  /** @returns whether it was an event */
  #take(content: unknown): boolean {
    if (typeof content !== 'object' || content === null) throw this.mistake('it is no object')
    if ('type' in content) {
      const event = this.#checked(eventSchema, content)
      if (event.timeNs < this.#timeNs)
        throw this.mistake(
          `time goes back, from ${this.#timeNs} to ${event.timeNs}: a file has one writer, and one clock`,
        )
      this.#timeNs = event.timeNs
      this.event = event
      return true
    }
    if ('fault' in content) {
      const { fault } = this.#checked(faultSchema, content)
      if (fault.toNs < fault.fromNs)
        throw this.mistake(`the fault ends at ${fault.toNs}, before it begins at ${fault.fromNs}`)
      this.#listener.fault(fault)
    } else if ('shard' in content) this.#listener.shard(this.#checked(shardSchema, content).shard)
    else throw this.mistake('it is neither an event nor a fault nor a shard')
    return false
  }

  #checked<Line>(schema: z.ZodType<Line>, content: unknown): Line {
    const { success, data, error } = schema.safeParse(content)
    if (success) return data
    const [first] = error.issues
    const where = z.core.toDotPath(first?.path ?? [])
    throw this.mistake(`${where === '' ? '' : `${where}: `}${first?.message}`)
  }
}
