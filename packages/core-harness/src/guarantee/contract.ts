import { objectiveProblem } from '../objective/check.ts'
import type { Objective } from '../objective/objective.ts'
import type { Segment } from '../segment.ts'

export type { Segment } from '../segment.ts'

/** L3: one service on real dependencies. L4: the deployed stack under load. */
export const LEVELS = ['L3', 'L4'] as const
export type Level = (typeof LEVELS)[number]

/** What a guarantee is about, for runs and reports of a part: the categories of the performance suite. */
export const CATEGORIES = ['database', 'websocket', 'agent', 'api', 'concurrent', 'memory', 'cache'] as const
export type Category = (typeof CATEGORIES)[number]

/**
 * One promise of a contract, as data. `requires` names the capabilities without which the promise has no meaning:
 * an adapter that does not offer them has the guarantee reported as `not offered`, never as passed.
 */
export interface Guarantee<Capability extends string = string> {
  /** The promise in one sentence that a person can check. */
  readonly statement: string
  readonly level: Level
  readonly segment: Segment
  readonly businessGoal: string
  /** Monthly revenue, in whole US dollars, that is at risk when the promise is broken. */
  readonly protectedMonthlyRevenueUsd: number
  readonly requires?: readonly Capability[]
  readonly category?: Category
  /** By name, at L4: what is measured, and the thresholds that it is judged by. At least one. */
  readonly objectives?: Readonly<Record<string, Objective>>
}

/** What a service promises: its name, what adapters may leave out, and its guarantees by id. */
export interface Contract<Id extends string = string, Capability extends string = string> {
  readonly name: string
  readonly capabilities: readonly Capability[]
  readonly guarantees: Readonly<Record<Id, Guarantee<Capability>>>
  /**
   * A guarantee that every defect keeps, but for those that name it, which `prove --full` looks at: it shows that a defect
   * is alive, and that the tests that catch it do so for the reason that it names.
   */
  readonly control?: Id
}

const OBJECTIVE_NAME = /^[a-z][a-z0-9-]*$/
const GUARANTEE_ID = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+){2,}$/

/**
 * Declares a contract. Ids read `<contract>.<area>.<promise>`.
 *
 * @throws TypeError naming the guarantee whose declaration is malformed
 */
export function defineContract<Id extends string, Capability extends string = never>(contract: {
  readonly name: string
  readonly capabilities?: readonly Capability[]
  readonly guarantees: Readonly<Record<Id, Guarantee<NoInfer<Capability>>>>
  readonly control?: NoInfer<Id>
}): Contract<Id, Capability> {
  const capabilities = contract.capabilities ?? []
  for (const [id, guarantee] of Object.entries<Guarantee<Capability>>(contract.guarantees)) {
    const problem = findProblem(contract.name, id, guarantee, capabilities)
    if (problem) throw new TypeError(`guarantee ${id} of contract ${contract.name}: ${problem}`)
  }
  return { ...contract, capabilities }
}

function findProblem(
  name: string,
  id: string,
  guarantee: Guarantee,
  capabilities: readonly string[],
): string | undefined {
  if (!GUARANTEE_ID.test(id)) return 'an id reads <contract>.<area>.<promise>, in lower case, digits and hyphens'
  if (!id.startsWith(`${name}.`)) return `an id begins with the name of its contract, "${name}."`
  if (guarantee.statement.trim() === '') return 'the statement is empty'
  if (!Number.isSafeInteger(guarantee.protectedMonthlyRevenueUsd) || guarantee.protectedMonthlyRevenueUsd < 0)
    return 'protectedMonthlyRevenueUsd is a whole number of dollars, zero or more'
  const unknown = guarantee.requires?.find((capability) => !capabilities.includes(capability))
  if (unknown !== undefined) return `requires "${unknown}", which the contract does not list among its capabilities`
  return findObjectiveProblem(guarantee)
}

function findObjectiveProblem({ level, objectives = {} }: Guarantee): string | undefined {
  const names = Object.keys(objectives)
  if (level === 'L4' && names.length === 0) return 'a guarantee at L4 has at least one objective to be judged by'
  if (level === 'L3' && names.length > 0) return 'objectives are of L4; a guarantee at L3 holds or does not'
  for (const [name, objective] of Object.entries(objectives)) {
    if (!OBJECTIVE_NAME.test(name)) return `the objective "${name}": a name is in lower case, digits and hyphens`
    const problem = objectiveProblem(objective)
    if (problem !== undefined) return `the objective "${name}": ${problem}`
  }
  return undefined
}

/** How an objective is called outside of its guarantee: in records, and in what a defect breaks. */
export function objectiveId(guarantee: string, name: string): string {
  return `${guarantee}#${name}`
}

/** Everything of a level that a defect can break: guarantees, and the objectives of those that have some. */
export function breakable(contract: Contract, level: Level): string[] {
  return Object.entries<Guarantee>(contract.guarantees)
    .filter(([, guarantee]) => guarantee.level === level)
    .flatMap(([id, { objectives = {} }]) => [id, ...Object.keys(objectives).map((name) => objectiveId(id, name))])
}

/** The guarantee that an id of either kind belongs to. */
export function guaranteeOf(id: string): string {
  return id.split('#', 1)[0] as string
}
