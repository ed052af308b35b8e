import type { Json, Operation, Outcome } from '../../../src/history/operation.ts'
import { seededRandom } from '../../../src/statistics/seeded-random.ts'

export type BankBug =
  'read-skew' | 'lost-update' | 'overdraft' | 'twice-applied' | 'failed-applied' | 'forgotten-account'

const ACCOUNTS = ['a', 'b', 'c', 'd']
const OPENING_BALANCE = 20

/**
 * The history of a bank whose operations take effect at one moment each, with others under way at the same time; a bug makes
 * a tenth of them go wrong.
 */
export function simulateBank(seed: number, bug?: BankBug): Operation[] {
  const random = seededRandom(seed)
  const pick = (count: number): number => Math.floor(random() * count)
  const balances: Record<string, number> = Object.fromEntries(ACCOUNTS.map((account) => [account, OPENING_BALANCE]))
  const operations: Operation[] = []

  function move(from: string, to: string, amount: number): void {
    balances[from] = (balances[from] ?? 0) - amount
    balances[to] = (balances[to] ?? 0) + amount
  }

  function transfer(place: number): void {
    const from = ACCOUNTS[pick(4)] as string
    const to = ACCOUNTS.filter((account) => account !== from)[pick(3)] as string
    const amount = 1 + pick(15)
    const isWrong = random() < 0.1
    const isCovered = (balances[from] ?? 0) >= amount || (bug === 'overdraft' && isWrong)
    const draw = random()
    const outcome: Outcome = !isCovered || draw < 0.1 ? 'fail' : draw < 0.2 ? 'info' : 'ok'
    const happens = outcome === 'ok' || (outcome === 'info' && random() < 0.5)
    const before = { ...balances }
    const canTwice = (balances[from] ?? 0) >= 2 * amount
    if (happens) move(from, to, amount)
    if (bug === 'failed-applied' && isWrong && outcome === 'fail' && isCovered) move(from, to, amount)
    if (bug === 'twice-applied' && isWrong && outcome === 'ok' && canTwice) move(from, to, amount)
    if (bug === 'lost-update' && isWrong && happens) balances[to] = before[to] ?? 0
    record(place, { f: 'transfer', input: { from, to, amount }, output: null, outcome })
  }

  function read(place: number): void {
    const seen: Record<string, number> = { ...balances }
    const isWrong = random() < 0.1 && place > 0 && place < 200
    if (bug === 'read-skew' && isWrong) seen.a = (seen.a ?? 0) + 3
    if (bug === 'forgotten-account' && isWrong) delete seen.d
    record(place, { f: 'read', input: null, output: seen as Json, outcome: 'ok' })
  }

  function record(place: number, what: Pick<Operation, 'f' | 'input' | 'output' | 'outcome'>): void {
    // The first and the last stand apart from all others.
    const reach = place === 0 || place === 200 ? 0 : 35
    const [invokedNs, completedNs] = [1_000 + 10 * place - pick(reach), 1_000 + 10 * place + 1 + pick(reach)]
    const edge = place === 0 ? -500 : place === 200 ? 500 : 0
    operations.push({ ...what, index: place, process: 0, invokedNs: invokedNs + edge, completedNs: completedNs + edge })
  }

  for (let place = 0; place <= 200; place++) {
    if (place === 0 || place === 200 || random() < 0.4) read(place)
    else transfer(place)
  }
  const inOrder = operations.sort((a, b) => a.invokedNs - b.invokedNs)
  return inOrder.map((operation, index) => ({ ...operation, index, process: index }))
}
