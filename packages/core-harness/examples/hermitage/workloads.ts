import { join } from 'node:path'

import type pg from 'pg'

import { bank } from '../../src/history/checkers/bank.ts'
import type { CheckResult, CheckVerdict } from '../../src/history/checkers/checker.ts'
import { isolation } from '../../src/history/checkers/isolation.ts'
import {
  Barrier,
  limit,
  openJournal,
  phases,
  readHistory,
  repeat,
  runHistory,
  untilEnough,
} from '../../src/history/index.ts'
import { DidNotHappen, mix } from '../../src/history/index.ts'
import type { Generator, GeneratorContext, Json, Operation, Request } from '../../src/history/index.ts'
import type { Model } from '../../src/history/isolation/model.ts'
import type { Level } from './script.ts'
import { connect, isRefusal } from './stage.ts'

const PROCESSES = 6
/** How often two transactions have to meet between their reads and their writes: a coin decides whether they conflict. */
const MEETINGS = 60
const MEETS_WITHIN_MS = 50
const MOST_TRANSACTIONS = 3_000
const TIMEOUT_MS = 10_000

const KEYS = ['x', 'y', 'z']
const ACCOUNTS = ['a', 'b', 'c']
const OPENING_BALANCE = 1_000
const TOTAL = ACCOUNTS.length * OPENING_BALANCE

export const WORKLOAD_TABLES = [
  'CREATE TABLE list (key text PRIMARY KEY, elements int[] NOT NULL)',
  'CREATE TABLE account (name text PRIMARY KEY, balance int NOT NULL)',
]

export interface Judged {
  readonly workload: 'list-append' | 'bank'
  readonly level: Level
  /** What the history was held against. */
  readonly model: string
  readonly verdict: CheckVerdict
  /** The kinds that it is invalid for, of those that a level is known for. */
  readonly kinds: readonly string[]
  readonly result: CheckResult
  readonly file: string
  /** Transactions that PostgreSQL refused so that others are isolated from them. */
  readonly refused: number
}

const MODELS: readonly Model[] = ['read-committed', 'repeatable-read', 'serializable']
const TELLING = ['lost-update', 'G-single', 'G2-item', 'wrong-total']

/** Runs both workloads at a level, and holds what came of them against each model. The journals go into the folder. */
export async function judgeLevel(url: string, level: Level, folder: string, seed: number): Promise<Judged[]> {
  const lists = await record('list-append', url, level, folder, seed)
  const money = await record('bank', url, level, folder, seed)
  return [
    ...MODELS.map((model) =>
      judged(lists, model, isolation.check(lists.operations, isolation.options.parse({ model }))),
    ),
    judged(money, 'bank', bank.check(money.operations, bank.options.parse({ total: TOTAL, allowNegative: true }))),
  ]
}

type Recorded = Pick<Judged, 'workload' | 'level' | 'file' | 'refused'> & { readonly operations: readonly Operation[] }

function judged({ workload, level, file, refused }: Recorded, model: string, result: CheckResult): Judged {
  const found = new Set(result.anomalies.map(({ kind }) => kind))
  const kinds = TELLING.filter((kind) => found.has(kind))
  return { workload, level, model, verdict: result.verdict, kinds, result, file, refused }
}

async function record(
  workload: Judged['workload'],
  url: string,
  level: Level,
  folder: string,
  seed: number,
): Promise<Recorded> {
  const barrier = new Barrier({ 'between read and write': 2 }, { withinMs: MEETS_WITHIN_MS })
  const meet = async (signal: AbortSignal): Promise<void> =>
    void (await barrier.reach('between read and write', signal))
  const { prepare, generator, invoke } = WORKLOADS[workload]
  const admin = await connect(url)
  await admin.query(prepare)
  await admin.end()

  const file = join(folder, `${workload} at ${level}.jsonl`.replaceAll(' ', '-'))
  const journal = openJournal({ file, name: `${workload} at ${level}`, seed })
  const seen = (): number => barrier.met('between read and write')
  await runHistory({
    journal,
    processes: PROCESSES,
    seed,
    timeoutMs: TIMEOUT_MS,
    generator: generator((requests) => untilEnough({ seen, minimum: MEETINGS, atMost: MOST_TRANSACTIONS }, requests)),
    open: async () => await connect(url),
    close: async (client) => await client.end(),
    invoke: async (client, { input = null }, { signal }) =>
      await inTransaction(client, level, async () => await invoke(client, input, async () => await meet(signal))),
  })
  journal.close()
  const { operations } = readHistory(file).history
  const refused = operations.filter(({ outcome, error }) => outcome === 'fail' && error === REFUSED).length
  return { workload, level, file, refused, operations }
}

const REFUSED = 'refused, so that others are isolated from it'

/** @throws DidNotHappen when PostgreSQL refused it; what else goes wrong, as a lost connection at COMMIT, leaves it open */
async function inTransaction<Value>(client: pg.Client, level: Level, run: () => Promise<Value>): Promise<Value> {
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    const value = await run()
    await client.query('COMMIT')
    return value
  } catch (error) {
    const isCertain = isRefusal(error) || error instanceof DidNotHappen
    if (isCertain) await client.query('ROLLBACK')
    throw isRefusal(error) ? new DidNotHappen(REFUSED) : error
  }
}

interface Workload {
  /** SQL that makes the state at the begin. */
  readonly prepare: string
  /** What processes do: `enough` ends what it is given when enough was seen. */
  generator(enough: (requests: Generator) => Generator): Generator
  /** Does it inside a transaction; `meet` waits for another one that has read and not written. */
  invoke(client: pg.Client, input: Json, meet: () => Promise<void>): Promise<Json>
}

type Step = readonly ['append' | 'r', string, Json]

const listAppend: Workload = {
  prepare: `TRUNCATE list; INSERT INTO list SELECT unnest('{${KEYS.join()}}'::text[]), '{}'`,
  generator(enough) {
    let element = 0
    const txn = (...input: readonly Step[]): Request => ({ f: 'txn', input })
    const append = (key: string): Step => ['append', key, ++element]
    const read = (key: string): Step => ['r', key, null]
    const pick = ({ random }: GeneratorContext): string => KEYS[Math.floor(random() * KEYS.length)] as string
    return phases(
      enough(
        mix([
          // Two that meet have both read both: they lose an update of one list, or write the two askew.
          {
            weight: 1,
            generator: repeat(({ random }) => txn(read('x'), read('y'), append(random() < 0.5 ? 'x' : 'y'))),
          },
          { weight: 1, generator: repeat((context) => txn(append('z'), read(pick(context)))) },
        ]),
      ),
      limit(1, repeat(txn(...KEYS.map(read)))),
    )
  },
  async invoke(client, input, meet) {
    const found: Json[] = []
    for (const [kind, key, value] of input as unknown as readonly Step[]) {
      if (kind === 'r') {
        const query = 'SELECT elements FROM list WHERE key = $1'
        const { rows } = await client.query<{ elements: number[] }>(query, [key])
        found.push([kind, key, rows[0]?.elements ?? null])
        continue
      }
      if (found.length === 2) await meet()
      await client.query('UPDATE list SET elements = elements || $2::int WHERE key = $1', [key, value])
      found.push([kind, key, value])
    }
    return found
  },
}

const moneyTransfers: Workload = {
  prepare: `TRUNCATE account; INSERT INTO account SELECT unnest('{${ACCOUNTS.join()}}'::text[]), ${OPENING_BALANCE}`,
  generator(enough) {
    const transfer = ({ random }: GeneratorContext): Request => {
      const from = Math.floor(random() * ACCOUNTS.length)
      const to = (from + 1 + Math.floor(random() * (ACCOUNTS.length - 1))) % ACCOUNTS.length
      const amount = 1 + Math.floor(random() * 100)
      return { f: 'transfer', input: { from: ACCOUNTS[from] as string, to: ACCOUNTS[to] as string, amount } }
    }
    const read = { f: 'read' }
    const traffic = mix([
      { weight: 3, generator: repeat(transfer) },
      { weight: 1, generator: repeat(read) },
    ])
    return phases(limit(1, repeat(read)), enough(traffic), limit(1, repeat(read)))
  },
  /** Balances are read, computed here, and written: that is how updates are lost. */
  async invoke(client, input, meet) {
    const { rows } = await client.query<{ name: string; balance: number }>('SELECT name, balance FROM account')
    const balances = Object.fromEntries(rows.map(({ name, balance }) => [name, balance]))
    if (input === null) return balances
    const { from, to, amount } = input as { from: string; to: string; amount: number }
    await meet()
    const changed = [
      [from, (balances[from] ?? 0) - amount],
      [to, (balances[to] ?? 0) + amount],
    ] as const
    // In one order for all, so that nobody waits in a circle.
    for (const change of changed.toSorted(([a], [b]) => (a < b ? -1 : 1)))
      await client.query('UPDATE account SET balance = $2 WHERE name = $1', [...change])
    return null
  },
}

const WORKLOADS = { 'list-append': listAppend, bank: moneyTransfers }
