import { HistoryMistakeError, unknownFunction } from './checkers/checker.ts'
import type { Checker } from './checkers/checker.ts'
import { identityOf } from './identity.ts'
import type { Identity } from './identity.ts'
import { valueText } from './operation-text.ts'
import { latestEffectNs } from './operation.ts'
import type { Json, Operation } from './operation.ts'

/** One message coming out; of a list, in its place. */
export interface Delivery {
  readonly by: Operation
  readonly place: number
}

/** One message, from its produces to its deliveries. */
export interface Message {
  readonly lane: Lane
  readonly value: Json
  /** Produces that happened or may have, in the order in which they began. */
  readonly attempts: Operation[]
  /** It was produced between these: nanoseconds, or twice its number. Endless where nobody produced it. */
  from: number
  to: number
  isAcknowledged: boolean
  /** A produce that failed. */
  refused: Operation | undefined
  /** In the order in which the consumes began. */
  readonly deliveries: Delivery[]
}

/** A message as one consume found it. */
export interface Consumed {
  readonly message: Message
  readonly delivery: Delivery
}

/** All of one key. */
export interface Lane {
  readonly key: Json | undefined
  readonly isNumbered: boolean
  readonly messages: Map<Identity, Message>
  /** When the first consume began of which nobody knows what it found. */
  unseenFromNs: number
}

export interface MessageLog {
  readonly lanes: ReadonlyMap<Identity | undefined, Lane>
  /** What each consume found, in the order in which they began. */
  readonly consumes: readonly { readonly by: Operation; readonly found: readonly Consumed[] }[]
}

type Named = Pick<Checker<unknown>, 'name' | 'functions'>

/**
 * Reads who produced and consumed which message. The key of a message is that of the operation; where that has none, the
 * message may be `{ key, value }`.
 *
 * @param isNumbered values are numbers, in the order of production
 */
export function readMessageLog(operations: readonly Operation[], isNumbered: boolean, checker: Named): MessageLog {
  const lanes = new Map<Identity | undefined, Lane>()
  const consumes: { by: Operation; found: Consumed[] }[] = []
  const unseenFromNs = new Map<Identity | undefined, number>()

  function messageOf(operation: Operation, given: Json): Message {
    const { key, value } = keyAndValue(operation, given)
    if (value === null) throw new HistoryMistakeError(checker.name, operation, 'has null in the place of a message')
    if (isNumbered && !Number.isSafeInteger(value))
      throw new HistoryMistakeError(checker.name, operation, `has ${valueText(value, 40)}, which is no whole number`)
    const laneName = key === undefined ? undefined : identityOf(key)
    const lane = lanes.get(laneName) ?? newLane(key, isNumbered)
    lanes.set(laneName, lane)
    const identity = identityOf(value)
    const message = lane.messages.get(identity) ?? newMessage(lane, value)
    lane.messages.set(identity, message)
    return message
  }

  for (const operation of operations) {
    const { f, outcome, input, output } = operation
    if (f === 'produce') addProduce(messageOf(operation, input), operation)
    else if (f === 'consume') {
      const name = operation.key === undefined ? undefined : identityOf(operation.key)
      if (outcome === 'info' && !unseenFromNs.has(name)) unseenFromNs.set(name, operation.invokedNs)
      if (outcome !== 'ok' || output === null) continue
      const given = Array.isArray(output) ? (output as readonly Json[]) : [output]
      const found = given.map((one, place) => ({
        message: messageOf(operation, one),
        delivery: { by: operation, place },
      }))
      for (const { message, delivery } of found) message.deliveries.push(delivery)
      consumes.push({ by: operation, found })
    } else throw unknownFunction(checker, operation)
  }
  for (const [name, lane] of lanes)
    lane.unseenFromNs = Math.min(unseenFromNs.get(name) ?? Infinity, unseenFromNs.get(undefined) ?? Infinity)
  return { lanes, consumes }
}

function keyAndValue({ key }: Operation, given: Json): { readonly key: Json | undefined; readonly value: Json } {
  if (key !== undefined) return { key, value: given }
  const isKeyed = typeof given === 'object' && given !== null && 'key' in given && 'value' in given
  return isKeyed ? { key: given.key as Json, value: given.value as Json } : { key: undefined, value: given }
}

function newLane(key: Json | undefined, isNumbered: boolean): Lane {
  return { key, isNumbered, messages: new Map(), unseenFromNs: Infinity }
}

function newMessage(lane: Lane, value: Json): Message {
  return {
    lane,
    value,
    attempts: [],
    from: -Infinity,
    to: Infinity,
    isAcknowledged: false,
    refused: undefined,
    deliveries: [],
  }
}

function addProduce(message: Message, operation: Operation): void {
  if (operation.outcome === 'fail') {
    message.refused = operation
    return
  }
  message.attempts.push(operation)
  message.isAcknowledged ||= operation.outcome === 'ok'
  const { isNumbered } = message.lane
  message.from = Number(isNumbered ? message.value : message.attempts[0]?.invokedNs)
  message.to = isNumbered ? Number(message.value) : Math.min(message.to, latestEffectNs(operation))
}
