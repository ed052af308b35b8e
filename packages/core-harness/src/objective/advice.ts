import type { ObjectiveResult } from './verdict.ts'

/** What to do about an objective that is not as it should be. What was not judged says nothing about the service. */
export function adviceOn({ verdict, objective }: ObjectiveResult): string {
  if (verdict === 'invalid') return 'Measure again with a generator that keeps up; nothing is said of the service.'
  if (verdict === 'no-data') return 'See that the test measures it, and often enough; nothing is said of the service.'
  return objective.recommendation
}
