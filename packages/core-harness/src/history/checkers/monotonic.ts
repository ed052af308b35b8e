import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { fieldOf } from '../field.ts'
import { identityOf } from '../identity.ts'
import type { Identity } from '../identity.ts'
import { moments } from '../moments.ts'
import { valueText } from '../operation-text.ts'
import type { Json, Operation } from '../operation.ts'
import { flag, nonNegative } from '../option.ts'
import { Acknowledgements, Candidates } from '../versions.ts'
import type { Acknowledged, Version } from '../versions.ts'
import { HistoryMistakeError, unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

export interface MonotonicOptions {
  /** So long after the acknowledgement of a newer version a read may still begin and find an older one. */
  readonly boundMs: number
  /** A read of null is a miss of a cache and says nothing. Else it says that the value is absent. */
  readonly misses: boolean
  /** What a read finds before the first write. */
  readonly initial: Json
}

type Kind = 'stale' | 'backward' | 'unexpected'

/** One object that is written and read. */
interface Register {
  readonly byValue: ReadonlyMap<Identity, Candidates>
  readonly byNumber: ReadonlyMap<Json | undefined, readonly Version[]>
  readonly acknowledgements: Acknowledgements
  /** Writes that failed, by their value. */
  readonly refused: ReadonlyMap<Identity, Operation>
  readonly reads: readonly Operation[]
}

/** The version that a session has seen last. */
interface Seen {
  readonly version: Version
  readonly read: Operation
}

/**
 * Judges reads by the versions that they find. Versions are ordered by the numbers that their writers give them, so that writes
 * may overlap: the store has to let the higher number win. A value that was written more than once stands for whichever of its
 * versions explains most; a write that failed is none.
 *
 * A read is stale when a higher version was acknowledged, by anybody, more than the bound before it began; a session goes
 * backward when one of its reads finds a lower version than a read of it before; a read of what nobody wrote is unexpected.
 */
export const monotonic: Checker<MonotonicOptions> = {
  name: 'monotonic',
  judges: 'In a session a version never goes back, and no read is older than the last acknowledged before it began',
  functions: {
    write:
      'the number of a version, which is its value as well, or { version, value }; null is an absent value → anything',
    delete: 'the number of the version without a value, or { version } → anything',
    read: 'anything → the value, { version } or { version, value }; null when there is none',
  },
  options: z.strictObject({
    boundMs: nonNegative.default(0),
    misses: flag.default(false),
    initial: z.json().default(null),
  }),
  check(operations, { boundMs, misses, initial }) {
    const evidence = new Evidence<Kind>({ stale: true, backward: true, unexpected: true })
    const counts = { keys: 0, writes: 0, acknowledged: 0, reads: 0, misses: 0, compared: 0, worstStaleMs: 0 }
    for (const group of Map.groupBy(operations, ({ key }) => key).values()) {
      counts.keys += 1
      const register = readRegister(group, initial, counts)
      const sessions = new Map<number, Seen>()
      for (const read of register.reads)
        if (misses && read.output === null) counts.misses += 1
        else judgeRead(read, register, sessions, boundMs * 1e6, evidence, counts)
    }
    const why =
      counts.compared === 0 ? 'no read began after an acknowledged write or another read of its session' : undefined
    return resultOf(monotonic.name, evidence, counts, { why })
  },
}

type Counts = Record<'writes' | 'acknowledged' | 'reads' | 'compared' | 'worstStaleMs', number>

function readRegister(operations: readonly Operation[], initial: Json, counts: Counts): Register {
  const byValue = new Map<Identity, Version[]>([
    [identityOf(initial), [{ number: -Infinity, value: initial, by: undefined }]],
  ])
  const byNumber = new Map<number, Version[]>()
  const acknowledged: Acknowledged[] = []
  const refused = new Map<Identity, Operation>()
  const reads: Operation[] = []
  for (const operation of operations) {
    const { f, outcome } = operation
    if (f === 'write' || f === 'delete') {
      const version = versionOf(operation)
      counts.writes += 1
      if (outcome === 'fail') refused.set(identityOf(version.value), operation)
      else {
        put(byValue, identityOf(version.value), version)
        put(byNumber, version.number, version)
      }
      if (outcome === 'ok') acknowledged.push(version)
    } else if (f !== 'read') throw unknownFunction(monotonic, operation)
    else if (outcome === 'ok') reads.push(operation)
  }
  counts.acknowledged += acknowledged.length
  counts.reads += reads.length
  return {
    byValue: new Map([...byValue].map(([value, versions]) => [value, new Candidates(versions)])),
    byNumber,
    acknowledgements: new Acknowledgements(acknowledged),
    refused,
    reads,
  }
}

function versionOf(by: Operation): Acknowledged {
  const { f, input } = by
  const number = fieldOf(input, 'version') ?? input
  if (!Number.isSafeInteger(number))
    throw new HistoryMistakeError(monotonic.name, by, `has ${valueText(input, 40)}, which has no number of a version`)
  const value = fieldOf(input, 'value')
  if (f === 'delete') return { number: Number(number), value: null, by }
  return { number: Number(number), value: value === undefined ? number : value, by }
}

function put<Key>(versions: Map<Key, Version[]>, key: Key, version: Version): void {
  const known = versions.get(key)
  if (known === undefined) versions.set(key, [version])
  else known.push(version)
}

/** What a read may have found. A number is a value, and the number of a version only where nobody wrote that value. */
function candidatesOf({ output }: Operation, { byValue, byNumber }: Register): Candidates | undefined {
  const named = byValue.get(identityOf(output))
  if (named !== undefined) return named
  const versions = byNumber.get(fieldOf(output, 'version') ?? output) ?? []
  const value = fieldOf(output, 'value')
  const same = versions.filter((version) => value === undefined || identityOf(version.value) === identityOf(value))
  return same.length === 0 ? undefined : new Candidates(same)
}

function judgeRead(
  read: Operation,
  register: Register,
  sessions: Map<number, Seen>,
  boundNs: number,
  evidence: Evidence<Kind>,
  counts: Counts,
): void {
  const { acknowledgements } = register
  const candidates = candidatesOf(read, register)
  if (candidates?.atLeast(-Infinity, read.completedNs) === undefined) {
    evidence.add('unexpected', unexpected(read, register))
    return
  }
  const known = acknowledgements.before(read.invokedNs - boundNs)?.number ?? -Infinity
  const seen = sessions.get(read.process)
  const least = Math.max(known, seen?.version.number ?? -Infinity)
  counts.compared += Number(known > -Infinity || seen !== undefined)

  const found = candidates.atLeast(least, read.completedNs)
  if (found !== undefined) {
    sessions.set(read.process, { version: found, read })
    return
  }
  const older = candidates.below(least, read.completedNs) as Version
  if (older.number < known) {
    const newer = acknowledgements.firstAbove(older.number) as Acknowledged
    counts.worstStaleMs = Math.max(counts.worstStaleMs, (read.invokedNs - newer.by.completedNs) / 1e6)
    evidence.add('stale', stale(read, older, newer))
  }
  if (seen !== undefined && older.number < seen.version.number) evidence.add('backward', backward(read, older, seen))
}

function stale(read: Operation, older: Version, newer: Acknowledged): Finding {
  return {
    operations: [...(older.by === undefined ? [] : [older.by]), newer.by, read],
    badness: read.invokedNs - newer.by.completedNs,
    explain: () => {
      const [at, newerAt] = moments(read.invokedNs, newer.by.completedNs)
      return `read ${versionText(older)} at ${at} after ${versionText(newer)} was acknowledged at ${newerAt}`
    },
  }
}

function backward(read: Operation, older: Version, { version, read: earlier }: Seen): Finding {
  const writes = [older.by, version.by].filter((by) => by !== undefined)
  return {
    operations: [...writes, earlier, read],
    badness: version.number - Math.max(older.number, Number.MIN_SAFE_INTEGER),
    explain: () => {
      const [at, earlierAt] = moments(read.invokedNs, earlier.completedNs)
      return `process ${read.process} read ${versionText(older)} at ${at} after it had read ${versionText(version)} at ${earlierAt}`
    },
  }
}

function unexpected(read: Operation, { byValue, refused }: Register): Finding {
  const write =
    byValue.get(identityOf(read.output))?.below(Infinity, Infinity)?.by ?? refused.get(identityOf(read.output))
  return {
    operations: [...(write === undefined ? [] : [write]), read],
    explain: () => {
      const [at, writtenAt] = moments(read.completedNs, write?.invokedNs ?? NaN)
      const why =
        write === undefined
          ? 'which nobody wrote'
          : write.outcome === 'fail'
            ? `whose write at ${writtenAt} failed`
            : `whose write began at ${writtenAt}`
      return `read ${valueText(read.output, 60)} at ${at}, ${why}`
    },
  }
}

/** `7`, `"blue" (version 7)`, `nothing`. */
function versionText({ number, value, by }: Version): string {
  const text = value === null ? 'nothing' : valueText(value, 60)
  const isPlain = value === number || by === undefined
  return `${text}${isPlain ? '' : ` (version ${number})`}`
}
