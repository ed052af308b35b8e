import { HarnessError } from '../environment/errors.ts'
import { seededRandom } from '../statistics/seeded-random.ts'
import type { Direction, Disturbance } from './disturbance.ts'

/** Pieces of a link of limited bandwidth: so much of a second each. */
const SLICE_S = 0.01
/** How much a timer may be late. */
const TIMER_LATE_MS = 5

/** A disturbance from its beginning to its heal: what it asks of each piece that is to go on. */
export interface Effect {
  /** Nobody is let in. */
  readonly refuses: boolean
  /** Connections are reset, those that are open and those that are accepted. */
  readonly resets: boolean
  /** Connections that are accepted are not led on to the server. */
  readonly hangs: boolean
  /** How much later than it arrived a piece is to go on. */
  delayMs(direction: Direction): number
  /** For how long nothing may go that way; infinite until the heal. */
  waitMs(direction: Direction, nowMs: number): number
  /** How many bytes may go on at once; a connection that has none left comes to its end. */
  mostBytes(connection: object, direction: Direction): number
  /** So many went on. */
  pass(connection: object, direction: Direction, bytes: number, nowMs: number): void
}

const NONE: Effect = {
  refuses: false,
  resets: false,
  hangs: false,
  delayMs: () => 0,
  waitMs: () => 0,
  mostBytes: () => Infinity,
  pass: () => undefined,
}

/** @throws HarnessError for a figure that makes no sense */
export function effectOf(disturbance: Disturbance): Effect {
  refuseNonsense(disturbance)
  const only = 'direction' in disturbance ? disturbance.direction : undefined
  const isOn = (direction: Direction): boolean => only === undefined || only === direction
  switch (disturbance.kind) {
    case 'latency': {
      const { latencyMs, jitterMs = 0, seed = 1 } = disturbance
      const random = seededRandom(seed)
      return { ...NONE, delayMs: (direction) => (isOn(direction) ? latencyMs + random() * jitterMs : 0) }
    }
    case 'bandwidth':
      return { ...NONE, ...narrowLink(disturbance.bytesPerSecond, isOn) }
    case 'cut':
      if (only === undefined) return { ...NONE, refuses: true, resets: true }
      return { ...NONE, waitMs: (direction) => (isOn(direction) ? Infinity : 0) }
    case 'reset':
      return { ...NONE, resets: true }
    case 'refuse':
      return { ...NONE, refuses: true }
    case 'drop':
      return { ...NONE, ...limitedConnections(disturbance.afterBytes, isOn) }
    case 'hang':
      return { ...NONE, hangs: true, waitMs: () => Infinity }
  }
}

/** A link each way for all connections, which is taken by each piece for as long as that needs at this rate. */
function narrowLink(bytesPerSecond: number, isOn: (direction: Direction) => boolean): Partial<Effect> {
  const freeAtMs = { up: 0, down: 0 }
  const slice = Math.max(1, Math.floor(bytesPerSecond * SLICE_S))
  return {
    waitMs: (direction, nowMs) => (isOn(direction) ? Math.max(0, freeAtMs[direction] - nowMs) : 0),
    mostBytes: (_connection, direction) => (isOn(direction) ? slice : Infinity),
    pass(_connection, direction, bytes, nowMs) {
      // From when it was free: a timer that is late does not slow the link. But an idle link saves nothing up.
      const from = Math.max(freeAtMs[direction], nowMs - TIMER_LATE_MS)
      freeAtMs[direction] = from + (bytes / bytesPerSecond) * 1_000
    },
  }
}

function limitedConnections(afterBytes: number, isOn: (direction: Direction) => boolean): Partial<Effect> {
  const passed = new WeakMap<object, number>()
  const passedOn = (connection: object): number => passed.get(connection) ?? 0
  return {
    mostBytes: (connection, direction) => (isOn(direction) ? afterBytes - passedOn(connection) : Infinity),
    pass(connection, direction, bytes) {
      if (isOn(direction)) passed.set(connection, passedOn(connection) + bytes)
    },
  }
}

function refuseNonsense(disturbance: Disturbance): void {
  const { kind, direction: _direction, seed: _seed, ...figures } = { direction: undefined, seed: 0, ...disturbance }
  for (const [name, value] of Object.entries(figures)) {
    if (Number.isFinite(value) && Number(value) >= 0 && !(name === 'bytesPerSecond' && Number(value) < 1)) continue
    throw new HarnessError(`making the fault "${kind}": ${name} is ${String(value)}`, {
      remedy: 'It takes a finite number that is not negative; a rate is at least one byte a second.',
    })
  }
}
