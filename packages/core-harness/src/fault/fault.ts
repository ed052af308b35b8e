import { HarnessError } from '../environment/errors.ts'

/** Something that is done to a server, a service or a connection on purpose, and undone. It may be begun again after it was healed. */
export interface Fault {
  /** `pause`, `kill`, `latency`: what is done. */
  readonly kind: string
  /** To what: `redis`, `cache-2`. Faults of different kinds may have the same. */
  readonly target: string
  /** Resolves when it is in effect. */
  begin(): Promise<void>
  /** Resolves when nothing of it is in effect; safe when it was not begun. That the system works again is told by `untilHealed`. */
  heal(): Promise<void>
  /**
   * What it has met since it was last begun. A server: 1 once it was seen to be stopped or gone; whether anybody noticed is the
   * test's to say. A proxy: connections of which a byte, or the opening, was affected. Undefined where nobody can tell.
   */
  touched(): number | undefined
}

/** When a fault was in effect: a FaultMark of a history. */
export interface FaultRecord {
  readonly kind: string
  readonly target: string
  /** Nanoseconds since the origin of the history. */
  readonly fromNs: number
  readonly toNs: number
  /** As `Fault.touched` said when it was healed. */
  readonly touched: number | undefined
}

/** A test under a fault that met nothing has shown nothing. */
export class FaultTouchedNothingError extends HarnessError {
  constructor({ kind, target }: Pick<Fault, 'kind' | 'target'>) {
    super(`the fault "${kind}" of ${target} touched nothing: no connection was affected while it was in effect`, {
      remedy: 'Let it begin later or last longer, and check that the client connects through the proxy.',
    })
  }
}

/** @throws FaultTouchedNothingError for the first that touched nothing */
export function demandTouched(faults: readonly (FaultRecord | Fault)[]): void {
  for (const fault of faults) {
    const touched = typeof fault.touched === 'function' ? fault.touched() : fault.touched
    if (touched === 0) throw new FaultTouchedNothingError(fault)
  }
}
