import type { Segment } from '../segment.ts'

export type { Segment } from '../segment.ts'

/** L3: one service on real dependencies. L4: the deployed stack under load. */
export type Level = 'L3' | 'L4'

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
  return undefined
}
