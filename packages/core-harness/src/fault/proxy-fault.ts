import type { Disturbance } from './disturbance.ts'
import { effectOf } from './effect.ts'
import type { Effect } from './effect.ts'
import type { Fault } from './fault.ts'

/** A fault of the connections through one proxy. */
export interface ProxyFault extends Fault {
  readonly disturbance: Disturbance
  /** Of which a byte, or the opening, was affected since it was last begun; those that were refused are not seen. */
  readonly connections: number
  /** That were delayed, held back or dropped since it was last begun. */
  readonly bytes: number
}

/** What a proxy does for its faults. */
export interface Disturbed {
  begin(fault: DisturbingFault): Promise<void>
  heal(fault: DisturbingFault): Promise<void>
}

/** A disturbance of a proxy, with what it has met. */
export class DisturbingFault implements ProxyFault {
  readonly disturbance: Disturbance
  readonly target: string
  readonly #proxy: Disturbed
  readonly #touched = new Set<object>()
  #bytes = 0
  #effect: Effect

  /** @throws HarnessError for a figure that makes no sense */
  constructor(disturbance: Disturbance, target: string, proxy: Disturbed) {
    this.disturbance = disturbance
    this.target = target
    this.#proxy = proxy
    this.#effect = effectOf(disturbance)
  }

  get kind(): Disturbance['kind'] {
    return this.disturbance.kind
  }

  get effect(): Effect {
    return this.#effect
  }

  get connections(): number {
    return this.#touched.size
  }

  get bytes(): number {
    return this.#bytes
  }

  async begin(): Promise<void> {
    this.#effect = effectOf(this.disturbance) // Each time from the same seed.
    this.#touched.clear()
    this.#bytes = 0
    await this.#proxy.begin(this)
  }

  async heal(): Promise<void> {
    await this.#proxy.heal(this)
  }

  touched(): number | undefined {
    return this.kind === 'refuse' ? undefined : this.connections // What the kernel refuses reaches nobody.
  }

  touch(connection: object, bytes: number): void {
    this.#touched.add(connection)
    this.#bytes += bytes
  }
}
