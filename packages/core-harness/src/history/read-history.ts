import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import type { EventLine } from './history-format.ts'
import { HistoryFile } from './history-file.ts'
import type { FaultMark, History } from './operation.ts'
import { Pairing, PairingMistake } from './pairing.ts'

/** A history, and what a reader of its verdict should know about its files. */
export interface ReadHistory {
  readonly history: History
  /** Sentences: that a writer was cut off, how many operations have no end. */
  readonly notes: readonly string[]
}

/**
 * Reads what a journal and its shards wrote, merged by time. Lines are read one by one; only operations are kept.
 *
 * @param file of the journal that the history began with: it names its shards
 * @throws HarnessError with file, line and reason for what is no history
 */
export function readHistory(file: string): ReadHistory {
  const files: HistoryFile[] = []
  const faults: FaultMark[] = []
  const notes: string[] = []
  const listener = {
    fault: (mark: FaultMark) => void faults.push(mark),
    note: (sentence: string) => void notes.push(sentence),
    shard(name: string) {
      const path = join(dirname(file), name)
      if (existsSync(path) && statSync(path).size > 0) files.push(openPart(path))
      else notes.push(`${path} is missing or empty: nobody wrote to that shard.`)
    },
  }
  const main = new HistoryFile(file, listener)
  const { name, startedAt, seed, originNs, shardOf } = main.header
  if (shardOf !== undefined)
    throw new HarnessError(`reading ${file}: it is a shard of a history`, {
      remedy: `Read ${join(dirname(file), shardOf)}, which names all of them.`,
    })

  function openPart(path: string): HistoryFile {
    const part = new HistoryFile(path, listener)
    if (part.header.originNs !== originNs || part.header.name !== name)
      throw part.mistake(`it belongs to another history, "${part.header.name}"`)
    part.advance()
    return part
  }

  files.push(main)
  main.advance()

  const pairing = new Pairing()
  let index = 0
  for (let next = earliest(files); next?.event; next = earliest(files)) {
    try {
      pairing.add(next.event, index++)
    } catch (error) {
      throw error instanceof PairingMistake ? next.mistake(error.message) : error
    }
    next.advance()
  }
  const { operations } = pairing
  notes.push(...pairing.notes)
  faults.sort((a, b) => a.fromNs - b.fromNs)
  return { history: { name, startedAt, seed, operations, faults }, notes }
}

/**
 * The file whose event is the next in time. Of the same nanosecond an invoke goes before an end, because nobody knows which was
 * first, and operations of which neither is known to come first are concurrent.
 */
function earliest(files: readonly HistoryFile[]): HistoryFile | undefined {
  let first: HistoryFile | undefined
  for (const file of files) {
    if (file.event && (!first?.event || isBefore(file.event, first.event))) first = file
  }
  return first
}

function isBefore(a: EventLine, b: EventLine): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.type === 'invoke' && b.type !== 'invoke')
}
