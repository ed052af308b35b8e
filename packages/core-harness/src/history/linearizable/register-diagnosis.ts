import { latestEffectNs } from '../operation.ts'
import type { Operation } from '../operation.ts'
import { valueText } from '../operation-text.ts'
import type { Diagnosis, Impasse, State } from './model.ts'
import type { RegisterCall } from './register-model.ts'

type Finding = (impasse: Impasse<RegisterCall>, needs: number) => Diagnosis | undefined

/** Why the value that a call found cannot have been there. */
export function diagnoseRegister(impasse: Impasse<RegisterCall>): Diagnosis | undefined {
  const { needs } = impasse.culprit
  if (needs === undefined) return undefined
  for (const finding of [neverWritten, replaced, overwritten]) {
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

/** Each time that a value is written one compare-and-set can replace it, and then it is gone. */
const replaced: Finding = ({ culprit, calls, start, values }, needs) => {
  const times = calls.filter(({ leaves }) => leaves === needs).length + (start === needs ? 1 : 0)
  const replacing = calls.flatMap((one) => {
    if (one.needs !== needs || one.leaves === undefined || one === culprit) return []
    const witness = witnessOf(one, calls, start)
    // Of two that replace it both have to be ok; for a read it has to have happened before.
    const counts = witness && (culprit.leaves !== undefined || witness.completedNs < culprit.operation.invokedNs)
    return counts ? [{ operation: one.operation, witness }] : []
  })
  if (replacing.length < times) return undefined
  const witnesses = [...new Set(replacing.flatMap(({ operation, witness }) => [operation, witness]))]
  const isSeen = replacing.some(({ operation, witness }) => operation !== witness)
  return {
    kind: culprit.leaves !== undefined ? 'lost-update' : isSeen ? 'read-goes-back' : 'stale-read',
    contradiction: (text) =>
      `although ${witnesses.map(text).join(' and ')} show that ${valueText(values.value(needs), 40)} had been replaced, which ` +
      `was there ${times === 1 ? 'only once' : `only ${times} times`}`,
    operations: witnesses,
  }
}

/** What shows first that a call happened: its own end, or that of one that found what nobody else left. */
function witnessOf(call: RegisterCall, calls: readonly RegisterCall[], start: State): Operation | undefined {
  const isOnly = start !== call.leaves && calls.every((one) => one === call || one.leaves !== call.leaves)
  const shows = calls.filter((one) => one === call || (isOnly && one.needs === call.leaves))
  return shows
    .map(({ operation }) => operation)
    .filter(({ outcome }) => outcome === 'ok')
    .sort((one, other) => one.completedNs - other.completedNs)[0]
}

/** Somebody left or found another value after the last time that this one can have been written. */
const overwritten: Finding = ({ culprit, calls, values }, needs) => {
  const lastWrittenNs = calls.reduce(
    (last, { leaves, operation }) => (leaves === needs ? Math.max(last, latestEffectNs(operation)) : last),
    -Infinity,
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
