/**
 * What is done to a system on purpose, as values:
 *
 *     const server = new LeasedServer(client, lease)               kill, restart, pause, resume of a lease's own server
 *     const { lease: through, proxies } = await proxied(lease)     the same lease, by way of a proxy for each URL
 *     pause('redis', server), kill('redis', server), restart(…)    faults of servers, services and nodes
 *     proxies[0].fault('redis', { kind: 'latency', latencyMs: 20, jitterMs: 5, seed })     faults of connections
 *     const plan = planFaults([at(500, fault, { forMs: 200 }), every(…), random(…)], { lengthMs, seed })
 *     const running = runFaults(plan, { signal, originNs })        begins and heals; `await running.ended` gives FaultRecords
 *     await untilHealed({ verify: () => verifyLease(lease), withinMs })     a real operation, before a checker reads
 *     demandTouched(records)                                       a fault that touched nothing fails
 */
export { FaultTouchedNothingError, demandTouched } from './fault.ts'
export type { Fault, FaultRecord } from './fault.ts'
export { kill, pause, restart } from './process-fault.ts'
export type { Killable, Pausable } from './process-fault.ts'
export { LeasedServer } from './leased-server.ts'
export { openProxy } from './proxy.ts'
export type { Proxy } from './proxy.ts'
export type { ProxyFault } from './proxy-fault.ts'
export type { Direction, Disturbance } from './disturbance.ts'
export { proxied } from './proxied.ts'
export type { Proxied } from './proxied.ts'
export { at, every, planFaults, random } from './plan.ts'
export type { PlannedFault, Rule } from './plan.ts'
export { bandOf, runFaults } from './schedule.ts'
export type { FaultRun, FaultRunOptions } from './schedule.ts'
export { untilHealed, verifyLease } from './healed.ts'
