import { HistoryMistakeError } from '../checkers/checker.ts'
import type { Json, Operation } from '../operation.ts'
import { valueText } from '../operation-text.ts'
import type { Call, Model, State } from './model.ts'
import { diagnoseRegister } from './register-diagnosis.ts'
import type { ValueTable } from './values.ts'

/** What an operation is to a register. */
type Role = 'read' | 'write' | 'cas' | 'delete'

const SHAPES: Readonly<Record<Role, string>> = {
  read: 'nothing → the value, null where there is none',
  write: 'the value → anything',
  cas: '[the value expected, the value wanted] → false where it found another, else anything',
  delete: 'nothing → false where there was none, true where there was one, else anything',
}

export interface RegisterCall extends Call {
  /** The value that it found. */
  readonly needs?: number
  /** It found that the value was not a certain one. */
  readonly needsOther?: true
  /** The value that it leaves, where it leaves another than it found. */
  readonly leaves?: number
}

/**
 * One value that is read and replaced.
 *
 * @param roles by `f`
 */
export function registerModel(
  name: string,
  roles: Readonly<Record<string, Role>>,
  { isKeyed = false } = {},
): Model<RegisterCall> {
  return {
    functions: Object.fromEntries(Object.entries(roles).map(([f, role]) => [f, SHAPES[role]])),
    observers: Object.keys(roles).filter((f) => roles[f] !== 'write'),
    start: (initial, values) => values.id(initial),
    call(operation, values) {
      const role = Object.hasOwn(roles, operation.f) ? roles[operation.f] : undefined
      if (role === undefined) throw new HistoryMistakeError('linearizable', operation, `is no operation of a ${name}`)
      if (isKeyed && operation.key === undefined)
        throw new HistoryMistakeError('linearizable', operation, 'names no key of the map')
      if (operation.outcome === 'fail') {
        if (role === 'cas') pairOf(operation)
        return undefined
      }
      return call(role, operation, values)
    },
    omissible(calls) {
      const needed = new Set(calls.map(({ needs }) => needs))
      const isOtherNeeded = calls.some(({ needsOther }) => needsOther)
      // Without a read, all others find what they found. Without a call that leaves a value which nobody finds, those up to the
      // next that replaces the value find an older one; but none of them looks.
      return calls
        .filter(({ isRead, leaves }) => isRead || (!isOtherNeeded && leaves !== undefined && !needed.has(leaves)))
        .map((one) => [one])
    },
    diagnose: diagnoseRegister,
    describe: (state, values) => `holds ${valueText(values.value(Number(state)), 40)}`,
  }
}

function call(role: Role, operation: Operation, values: ValueTable): RegisterCall | undefined {
  const { outcome, input, output } = operation
  const isOk = outcome === 'ok'
  switch (role) {
    case 'read':
      return isOk ? finds(operation, values.id(output)) : undefined
    case 'write':
      return overwrites(operation, values.id(input))
    case 'delete': {
      const none = values.id(null)
      if (isOk && output === false) return finds(operation, none)
      if (isOk && output === true)
        return {
          operation,
          needsOther: true,
          leaves: none,
          isRead: false,
          isOverwrite: false,
          effect: 'delete what is there',
          step: unless(none, none),
        }
      return overwrites(operation, none)
    }
    case 'cas': {
      const [expected, wanted] = pairOf(operation).map((value) => values.id(value)) as [number, number]
      if (isOk && output === false)
        return {
          operation,
          needsOther: true,
          isRead: true,
          isOverwrite: false,
          effect: `other than ${expected}`,
          step: unless(expected),
        }
      if (expected === wanted) return isOk ? finds(operation, expected) : undefined
      return {
        operation,
        needs: expected,
        leaves: wanted,
        isRead: false,
        isOverwrite: false,
        effect: `cas ${expected} ${wanted}`,
        step: (state) => (state === expected ? wanted : undefined),
      }
    }
  }
}

function finds(operation: Operation, needs: number): RegisterCall {
  return {
    operation,
    needs,
    isRead: true,
    isOverwrite: false,
    effect: `read ${needs}`,
    step: (state) => (state === needs ? state : undefined),
  }
}

function overwrites(operation: Operation, leaves: number): RegisterCall {
  return { operation, leaves, isRead: false, isOverwrite: true, effect: `write ${leaves}`, step: () => leaves }
}

/** Leaves `after`, or what was there, unless that is a certain value. */
function unless(forbidden: number, after?: number): (state: State) => State | undefined {
  return (state) => (state === forbidden ? undefined : (after ?? state))
}

function pairOf(operation: Operation): readonly Json[] {
  const { input } = operation
  if (!Array.isArray(input) || input.length !== 2)
    throw new HistoryMistakeError('linearizable', operation, `needs [expected, wanted], not ${valueText(input, 60)}`)
  return input
}
