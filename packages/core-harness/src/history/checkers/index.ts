import type { Checker } from './checker.ts'
import { bank } from './bank.ts'
import { canary } from './canary.ts'
import { convergence } from './convergence.ts'
import { counter } from './counter.ts'
import { isolation } from './isolation.ts'
import { linearizable } from './linearizable.ts'
import { monotonic } from './monotonic.ts'
import { mutex } from './mutex.ts'
import { perKeyOrder } from './per-key-order.ts'
import { setFull } from './set-full.ts'
import { totalQueue } from './total-queue.ts'
import { uniqueEffects } from './unique-effects.ts'

/** Every checker by its name, as `harness check --checker` takes it. */
export const CHECKERS: Readonly<Record<string, Checker<unknown>>> = {
  bank,
  canary,
  convergence,
  counter,
  isolation,
  linearizable,
  monotonic,
  mutex,
  'per-key-order': perKeyOrder,
  'set-full': setFull,
  'total-queue': totalQueue,
  'unique-effects': uniqueEffects,
}
