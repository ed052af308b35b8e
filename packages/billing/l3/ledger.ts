import { expect } from '@jest/globals'
import type { Journal } from '@proving-ground/core-harness/history'
import type { AccountRef, BillingNode, LedgerAccount, Micros } from '../src/contract.ts'
import type { Node } from './nodes.ts'

/** Money that moves, in the words of the checker `bank`. */
export interface Movement {
  readonly from: string
  readonly to: string
  readonly amountMicros: Micros
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** How a journal calls an account. */
export function nameOf({ tenant, kind = 'own', account }: AccountRef & Partial<Pick<LedgerAccount, 'kind'>>): string {
  return `${tenant}/${kind}/${account}`
}

/** Whether it was done: what is refused because of the floor was not, for certain. */
export async function unlessFloor(act: Promise<unknown>): Promise<boolean> {
  try {
    await act
    return true
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ERR_BILLING_FLOOR') return false
    throw error
  }
}

/** Journals the movements of one act, which are all made or none. */
export async function move(
  journal: Journal,
  movements: readonly Movement[],
  act: () => Promise<unknown>,
): Promise<void> {
  const begun = movements.map(({ from, to, amountMicros }) =>
    journal.invoke(journal.newProcess(), 'transfer', { from, to, amount: String(amountMicros) }),
  )
  const isDone = await unlessFloor(act())
  for (const operation of begun)
    if (isDone) journal.ok(operation)
    else journal.fail(operation, 'the floor')
}

/** Journals one snapshot of the ledger. */
export async function readLedger(journal: Journal, node: BillingNode): Promise<readonly LedgerAccount[]> {
  const read = journal.invoke(journal.newProcess(), 'read')
  const accounts = await node.ledger()
  for (const { balanceMicros } of accounts) expect(typeof balanceMicros).toBe('bigint')
  journal.ok(
    read,
    Object.fromEntries(accounts.map((account) => [nameOf(account), String(account.balanceMicros)] as const)),
  )
  return accounts
}

/** Accounts whose balance is not what their entries sum up to. */
export function outOfBalance(accounts: readonly LedgerAccount[]): readonly LedgerAccount[] {
  return accounts.filter(({ balanceMicros, entriesMicros }) => balanceMicros !== entriesMicros)
}

/** What a tenant's own accounts have together, in one snapshot. */
export async function togetherMicros(node: BillingNode, tenant: string): Promise<Micros> {
  const accounts = await node.ledger([tenant])
  return accounts.filter(({ kind }) => kind === 'own').reduce((sum, { balanceMicros }) => sum + balanceMicros, 0n)
}

/** Looks again and again, on all nodes, while something is done. @returns what it came to, and how often was looked */
export async function watch<Result>(
  nodes: readonly Node[],
  look: (node: BillingNode) => Promise<void>,
  doing: Promise<Result>,
): Promise<{ readonly result: Result; readonly looks: number }> {
  let [isOver, looks] = [false, 0]
  const watching = nodes.map(async ({ service }) => {
    while (!isOver) {
      await look(service)
      looks++
    }
  })
  const ended = doing.finally(() => (isOver = true))
  const [result] = await Promise.all([ended, ...watching])
  return { result, looks }
}

/** Changes of accounts that met another, on all nodes. */
export async function conflictsOf(nodes: readonly Node[]): Promise<{ met: number; resolved: number }> {
  const all = await Promise.all(nodes.map(({ service }) => service.figures()))
  return {
    met: all.reduce((sum, { conflicts }) => sum + conflicts, 0),
    resolved: all.reduce((sum, { conflictsResolved }) => sum + conflictsResolved, 0),
  }
}
