import { latestEffectNs } from '../operation.ts'
import type { Operation } from '../operation.ts'
import { valueText } from '../operation-text.ts'
import type { Diagnosis, Impasse } from './model.ts'
import type { RegisterCall } from './register-model.ts'

type Finding = (impasse: Impasse<RegisterCall>, needs: number) => Diagnosis | undefined

/** Why the value that a call found cannot have been there. */
export function diagnoseRegister(impasse: Impasse<RegisterCall>): Diagnosis | undefined {
  const { needs } = impasse.culprit
  if (needs === undefined) return undefined
  for (const finding of [neverWritten, lostUpdate, overwritten]) {
    const found = finding(impasse, needs)
    if (found) return found
  }
  return undefined
}

const neverWritten: Finding = ({ calls, failed, start, values }, needs) => {
  if (start === needs || calls.some(({ leaves }) => leaves === needs)) return undefined
  const aborted = failed.find(({ f, input }) => values.id(wantedBy(f, input)) === needs)
  return aborted
    ? {
        kind: 'aborted-read',
        contradiction: (text) => `although only ${text(aborted)} would have written that, and failed`,
        operations: [aborted],
      }
    : { kind: 'never-written', contradiction: () => 'although nothing had written that', operations: [] }
}

/** Each time that a value is written one compare-and-set can replace it. */
const lostUpdate: Finding = ({ culprit, calls, start, values }, needs) => {
  const replacing = calls.filter(
    (one) => one.needs === needs && one.leaves !== undefined && one.operation.outcome === 'ok',
  )
  const times = calls.filter(({ leaves }) => leaves === needs).length + (start === needs ? 1 : 0)
  if (culprit.leaves === undefined || replacing.length <= times) return undefined
  const others = replacing.filter((one) => one !== culprit).map(({ operation }) => operation)
  return {
    kind: 'lost-update',
    contradiction: (text) =>
      `although ${others.map(text).join(' and ')} replaced ${valueText(values.value(needs), 40)} too, which was there ` +
      (times === 1 ? 'only once' : `only ${times} times`),
    operations: others,
  }
}

/** Somebody left or found another value after the last time that this one can have been written. */
const overwritten: Finding = ({ culprit, calls, values }, needs) => {
  const lastWrittenNs = Math.max(
    -Infinity,
    ...calls.filter(({ leaves }) => leaves === needs).map(({ operation }) => latestEffectNs(operation)),
  )
  const witnesses = calls.filter(({ operation: { outcome, invokedNs, completedNs }, ...one }) => {
    const value = one.leaves ?? one.needs
    const isBetween = invokedNs > lastWrittenNs && completedNs < culprit.operation.invokedNs
    return outcome === 'ok' && isBetween && value !== undefined && value !== needs
  })
  const writes = witnesses.filter(({ leaves }) => leaves !== undefined)
  const { operation: witness, leaves } = (writes.length > 0 ? writes : witnesses).at(-1) ?? {}
  if (witness === undefined) return undefined
  const value = valueText(values.value(needs), 40)
  return {
    kind: leaves === undefined ? 'read-goes-back' : 'stale-read',
    contradiction: (text) =>
      `although ${text(witness)} had ended before, and nothing wrote ${value} after that had begun`,
    operations: [witness],
  }
}

function wantedBy(f: string, input: Operation['input']): Operation['input'] {
  return f === 'cas' && Array.isArray(input) ? (input[1] as Operation['input']) : input
}
