import type { ValidityProblem, WorkloadResult } from '../workload/result.ts'
import { describeMetric, figureOf } from './figure.ts'
import { chooseWorkload, measure } from './measurement.ts'
import type { Objective } from './objective.ts'
import { decide } from './threshold.ts'

/**
 * What is wrong with a measurement when an objective is red only because of the generator. Response time is the generator's
 * lateness and the service's time: where the service, timed from the moment that each operation was sent, meets what
 * it misses from the moment that each was due, the generator has decided, and nothing is known about the service. A service
 * that is slow is slow by both clocks, because an open workload sends without waiting for answers.
 *
 * Windows are known by the response clock only, so that an objective on them is not looked at.
 */
export function decidedByLateness(
  objectives: Readonly<Record<string, Objective>>,
  result: WorkloadResult,
): ValidityProblem[] {
  if (result.kind !== 'open') return []
  return Object.entries(objectives).flatMap(([id, objective]) => {
    const { metric, windowSeconds } = objective
    if (metric.kind !== 'latency' || metric.clock !== 'response' || windowSeconds !== undefined) return []
    const chosen = chooseWorkload(objective, [result])
    if (!('workload' in chosen)) return []
    const fromDue = valueOf(objective, result)
    const fromSent = valueOf({ ...objective, metric: { ...metric, clock: 'service' } }, result)
    if (fromDue === undefined || decide(objective, fromDue).verdict !== 'fail') return []
    if (fromSent === undefined || decide(objective, fromSent).verdict === 'fail') return []
    return {
      kind: 'generator-late',
      found: `${id} is missed by the generator's lateness: ${describeMetric(metric)} was ${figureOf(fromDue, 'ms')}, and ${figureOf(fromSent, 'ms')} from the moment that operations were sent`,
      remedy: 'Give the generator a core of its own, or end what else runs on this machine.',
    }
  })
}

function valueOf(objective: Objective, result: WorkloadResult): number | undefined {
  return measure(objective, { workloads: [result], resources: [], findings: {} }).value
}
