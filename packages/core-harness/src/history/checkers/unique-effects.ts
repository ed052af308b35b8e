import { z } from 'zod'

import { Evidence, resultOf } from '../evidence.ts'
import type { Finding } from '../evidence.ts'
import { fieldOf } from '../field.ts'
import { identityOf } from '../identity.ts'
import type { Identity } from '../identity.ts'
import { moments } from '../moments.ts'
import { valueText } from '../operation-text.ts'
import type { Json, Operation } from '../operation.ts'
import { HistoryMistakeError, unknownFunction } from './checker.ts'
import type { Checker } from './checker.ts'

export type UniqueEffectsOptions = Readonly<Record<never, never>>

type Kind =
  'duplicate-effect' | 'conflict-accepted' | 'conflict-replayed' | 'lost-effect' | 'shared-effect' | 'unexpected-effect'

/** A request that was acknowledged. */
interface Answer {
  readonly request: Operation
  readonly parameters: Identity
  readonly effect: Json
  /** Of the effect. */
  readonly identity: Identity
}

/** An effect, and the answer that told it or the read that first held it. */
interface Shown {
  readonly effect: Json
  readonly by: Operation
}

/** All that was asked and made with one idempotency key. */
interface IdempotencyKey {
  readonly name: Json
  /** The first request to begin of those that happened or may have. */
  attempt: Operation | undefined
  /** In the order in which they were acknowledged. */
  readonly answers: Answer[]
  refused: Operation | undefined
  requests: number
  /** Effects that were read back, each with the first and the last read that held it. */
  readBack: Map<Identity, ReadBack> | undefined
}

interface ReadBack {
  readonly effect: Json
  readonly first: Operation
  last: Operation
}

/** One scope of idempotency keys. */
interface Scope {
  readonly keys: Map<Identity, IdempotencyKey>
  /** The read of all effects that began last. */
  lastRead: Operation | undefined
}

/**
 * Judges what requests with idempotency keys brought about. Of all acknowledged requests with one key the one that was
 * acknowledged first tells the effect and the parameters: others with the same parameters are answered with the same effect, and
 * others with other parameters are refused. Effects may be read back, which shows those that no answer tells.
 */
export const uniqueEffects: Checker<UniqueEffectsOptions> = {
  name: 'unique-effects',
  judges: 'An idempotency key has at most one effect, an acknowledged one has it, and other parameters are refused',
  functions: {
    request: '{ idempotencyKey, parameters } → { effect }, or the id of the effect alone',
    effects: 'anything → the list of all effects, each { idempotencyKey, effect }',
  },
  options: z.strictObject({}),
  check(operations) {
    const evidence = new Evidence<Kind>({
      'duplicate-effect': true,
      'conflict-accepted': true,
      'conflict-replayed': true,
      'lost-effect': true,
      'shared-effect': true,
      'unexpected-effect': true,
    })
    const counts = { requests: 0, acknowledged: 0, refused: 0, keys: 0, retriedKeys: 0, readBack: 0 }
    for (const group of Map.groupBy(operations, ({ key }) => key).values()) {
      const scope = readScope(group, counts)
      judgeOwners(scope, evidence)
      for (const key of scope.keys.values()) judgeKey(key, scope.lastRead, evidence)
    }
    const why =
      counts.acknowledged === 0
        ? 'no request was acknowledged'
        : counts.retriedKeys === 0
          ? 'no idempotency key was used twice: let clients repeat their requests'
          : undefined
    return resultOf(uniqueEffects.name, evidence, counts, { why })
  },
}

type Counts = Record<'requests' | 'acknowledged' | 'refused' | 'keys' | 'retriedKeys' | 'readBack', number>

function readScope(operations: readonly Operation[], counts: Counts): Scope {
  const scope: Scope = { keys: new Map(), lastRead: undefined }
  for (const operation of operations) {
    if (operation.f === 'request') {
      const key = keyOf(scope, nameOf(operation, operation.input))
      key.requests += 1
      if (operation.outcome === 'fail') {
        counts.refused += 1
        key.refused = operation
        continue
      }
      key.attempt ??= operation
      if (operation.outcome === 'ok') key.answers.push(answerOf(operation))
    } else if (operation.f === 'effects') {
      if (operation.outcome !== 'ok') continue
      scope.lastRead = operation
      readEffects(scope, operation)
      counts.readBack += (operation.output as readonly Json[]).length
    } else throw unknownFunction(uniqueEffects, operation)
  }
  for (const { requests, answers } of scope.keys.values()) {
    counts.requests += requests
    counts.keys += Number(requests > 0)
    counts.retriedKeys += Number(requests > 1)
    counts.acknowledged += answers.length
    if (answers.length > 1) answers.sort((a, b) => a.request.completedNs - b.request.completedNs)
  }
  return scope
}

function answerOf(request: Operation): Answer {
  const { input, output } = request
  if (output === null) throw mistake(request, 'was acknowledged without an effect')
  const effect = fieldOf(output, 'effect') ?? output
  return { request, parameters: identityOf(fieldOf(input, 'parameters') ?? null), effect, identity: identityOf(effect) }
}

function readEffects(scope: Scope, read: Operation): void {
  if (!Array.isArray(read.output)) throw mistake(read, `found ${valueText(read.output, 40)}, which is no list`)
  for (const row of read.output as readonly Json[]) {
    const key = keyOf(scope, nameOf(read, row))
    key.readBack ??= new Map()
    const effect = fieldOf(row, 'effect')
    if (effect === undefined) throw mistake(read, `found ${valueText(row, 40)}, which names no effect`)
    const identity = identityOf(effect)
    const known = key.readBack.get(identity)
    if (known === undefined) key.readBack.set(identity, { effect, first: read, last: read })
    else known.last = read
  }
}

function nameOf(operation: Operation, value: Json): Json {
  const name = fieldOf(value, 'idempotencyKey')
  if (name === undefined) throw mistake(operation, `has ${valueText(value, 40)}, which names no idempotencyKey`)
  return name
}

function keyOf({ keys }: Scope, name: Json): IdempotencyKey {
  const identity = identityOf(name)
  const known = keys.get(identity)
  if (known !== undefined) return known
  const key: IdempotencyKey = {
    name,
    attempt: undefined,
    answers: [],
    refused: undefined,
    requests: 0,
    readBack: undefined,
  }
  keys.set(identity, key)
  return key
}

function mistake(operation: Operation, problem: string): HistoryMistakeError {
  return new HistoryMistakeError(uniqueEffects.name, operation, problem)
}

/** The first that was shown to have an effect. */
interface Owner {
  readonly key: IdempotencyKey
  readonly by: Operation
  /** The last other key that was found to have the effect as well: it is told once. */
  toldOf?: IdempotencyKey
}

/** An effect belongs to one key: where two have the same, there is one too few. */
function judgeOwners({ keys }: Scope, evidence: Evidence<Kind>): void {
  const owners = new Map<Identity, Owner>()

  function claim(key: IdempotencyKey, identity: Identity, effect: Json, by: Operation): void {
    const owner = owners.get(identity)
    if (owner === undefined) owners.set(identity, { key, by })
    else if (owner.key !== key && owner.toldOf !== key) {
      owner.toldOf = key
      evidence.add('shared-effect', shared(effect, owner, { key, by }))
    }
  }

  for (const key of keys.values()) {
    for (const answer of key.answers)
      // What the first answer told is claimed by it.
      if (answer === key.answers[0] || answer.identity !== key.answers[0]?.identity)
        claim(key, answer.identity, answer.effect, answer.request)
    for (const [identity, { effect, first }] of key.readBack ?? []) claim(key, identity, effect, first)
  }
}

function judgeKey(key: IdempotencyKey, lastRead: Operation | undefined, evidence: Evidence<Kind>): void {
  const [first] = key.answers
  for (const other of key.answers) if (first !== undefined && other !== first) judgeAnswer(key, first, other, evidence)
  if (key.readBack !== undefined) judgeReadBack(key, key.readBack, evidence)
  if (first === undefined || lastRead === undefined || lastRead.invokedNs <= first.request.completedNs) return
  if (key.readBack?.get(first.identity)?.last !== lastRead) evidence.add('lost-effect', lost(key, first, lastRead))
}

function judgeReadBack(key: IdempotencyKey, readBack: ReadonlyMap<Identity, ReadBack>, evidence: Evidence<Kind>): void {
  const { attempt } = key
  const [answer] = key.answers
  const answered = new Set(key.answers.map(({ identity }) => identity))
  let told = answer && shownBy(answer)
  for (const [identity, { effect, first: by }] of readBack)
    if (attempt === undefined || by.completedNs < attempt.invokedNs)
      evidence.add('unexpected-effect', unexpected(key, effect, by))
    else if (!answered.has(identity)) {
      if (told !== undefined) evidence.add('duplicate-effect', duplicate(key, told, { effect, by }))
      told ??= { effect, by }
    }
}

function judgeAnswer(key: IdempotencyKey, first: Answer, other: Answer, evidence: Evidence<Kind>): void {
  const isSameEffect = first.identity === other.identity
  if (first.parameters === other.parameters) {
    if (!isSameEffect) evidence.add('duplicate-effect', duplicate(key, shownBy(first), shownBy(other)))
    return
  }
  evidence.add(isSameEffect ? 'conflict-replayed' : 'conflict-accepted', {
    operations: [first.request, other.request],
    explain: () => {
      const [firstAt, otherAt] = moments(first.request.completedNs, other.request.completedNs)
      const how = isSameEffect ? 'answered with the same effect' : `accepted with effect ${valueText(other.effect, 40)}`
      return `${keyText(key)} had effect ${valueText(first.effect, 40)} at ${firstAt}, and at ${otherAt} it was ${how} for other parameters`
    },
  })
}

function shownBy({ effect, request }: Answer): Shown {
  return { effect, by: request }
}

function duplicate(key: IdempotencyKey, first: Shown, other: Shown): Finding {
  return {
    // A read that shows an effect needs a request that can have made it.
    operations: [...(key.attempt === undefined ? [] : [key.attempt]), first.by, other.by],
    explain: () => {
      const [firstAt, otherAt] = moments(first.by.completedNs, other.by.completedNs)
      return `${keyText(key)} has effect ${valueText(first.effect, 40)}, ${toldHow(first)} at ${firstAt}, and effect ${valueText(other.effect, 40)}, ${toldHow(other)} at ${otherAt}`
    },
  }
}

function lost(key: IdempotencyKey, { effect, request }: Answer, lastRead: Operation): Finding {
  return {
    operations: [request, lastRead],
    explain: () => {
      const [at, readAt] = moments(request.completedNs, lastRead.invokedNs)
      return `${keyText(key)} was acknowledged with effect ${valueText(effect, 40)} at ${at}, and the effects read at ${readAt} do not hold it`
    },
  }
}

function shared(effect: Json, ...owners: readonly Owner[]): Finding {
  const inOrder = owners.toSorted((a, b) => a.by.completedNs - b.by.completedNs)
  return {
    operations: inOrder.map(({ by }) => by),
    explain: () => {
      const shownFor = inOrder.map(({ key, by }) => `${keyText(key)} at ${momentOf(by)}`)
      return `effect ${valueText(effect, 40)} stands for ${shownFor.join(' and for ')}`
    },
  }
}

function unexpected(key: IdempotencyKey, effect: Json, by: Operation): Finding {
  const request = key.attempt ?? key.refused
  return {
    operations: [by, ...(request === undefined ? [] : [request])],
    explain: () => {
      const why =
        request === undefined
          ? 'nobody requested it'
          : request === key.refused
            ? `its request at ${momentOf(request)} was refused`
            : `its request began at ${moments(request.invokedNs)[0]}`
      return `${keyText(key)} has effect ${valueText(effect, 40)} in the read at ${momentOf(by)}: ${why}`
    },
  }
}

function toldHow({ by }: Shown): string {
  return by.f === 'request' ? 'acknowledged' : 'read back'
}

function keyText({ name }: IdempotencyKey): string {
  return `idempotency key ${valueText(name, 40)}`
}

function momentOf({ completedNs }: Operation): string {
  return moments(completedNs)[0]
}
