import type { Checker } from './checker.ts'
import { linearizable } from './linearizable.ts'

/** Every checker by its name, as `harness check --checker` takes it. */
export const CHECKERS: Readonly<Record<string, Checker<unknown>>> = { linearizable }
