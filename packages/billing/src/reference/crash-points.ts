/** The steps at which a node can be made to die, in the order of its work. */
export const CRASH_POINTS = [
  'record.checked',
  'record.committed',
  'outbox.taken',
  'outbox.inserted',
  'outbox.deleted',
] as const

/** Called at each step. */
export type Step = (name: string) => void

/** Ends the process as a power failure would, when it gets to a step for the nth time. */
export function diesAt(at: { readonly step: string; readonly occurrence: number } | undefined): Step {
  let left = at?.occurrence ?? 0
  return (name) => {
    if (name === at?.step && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
