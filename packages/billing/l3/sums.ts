import type { Journal, Json } from '@proving-ground/core-harness/history'
import type { BillingNode, DailyUsage } from '../src/contract.ts'
import { dayOf, monthOf } from './random-usage.ts'
import type { RandomUsage } from './random-usage.ts'

const PERIODS = ['2026-09', '2026-10']

interface Row {
  readonly name: string
  readonly promptTokens: number
  readonly completionTokens: number
  readonly micros: bigint
}

/** What all stores hold, journaled for the checker `convergence`: by month with charges, and by day with numbers of events. */
export async function journalSums(journal: Journal, node: BillingNode, usage: RandomUsage): Promise<void> {
  journal.ok(journal.invoke(journal.newProcess(), 'quiesce'))
  const process = journal.newProcess()
  const snapshot = async (key: string, store: string, read: () => Json | Promise<Json>): Promise<void> => {
    const operation = journal.invoke(process, 'snapshot', store, key)
    journal.ok(operation, await read())
  }
  await snapshot('months', 'sent', () => sentByMonth(usage))
  await snapshot('months', 'invoices', () => invoices(node, usage))
  const days = new Map(
    await Promise.all(
      usage.tenants.map(async (tenant) => [tenant, await node.usage(tenant, '2026-09-01', '2026-10-31')] as const),
    ),
  )
  await snapshot('months', 'analytics', () => analyticsByMonth(days))
  await snapshot('days', 'sent', () => [...usage.sums(dayOf)].map(([name, sum]) => ({ name, ...sum })))
  await snapshot('days', 'analytics', () => analyticsByDay(days))
}

function sentByMonth(usage: RandomUsage): Json {
  const charges = usage.charges()
  return summed([...usage.sums(monthOf)].map(([name, sum]) => ({ name, ...sum, micros: charges.get(name)! })))
}

async function invoices(node: BillingNode, usage: RandomUsage): Promise<Json> {
  const rows: Row[] = []
  for (const tenant of usage.tenants)
    for (const period of PERIODS)
      for (const line of (await node.invoice(tenant, period)).lines)
        rows.push({ ...line, name: `${tenant} ${period} ${line.model}` })
  return summed(rows)
}

type Days = ReadonlyMap<string, readonly DailyUsage[]>

function analyticsByMonth(days: Days): Json {
  return summed(
    [...days].flatMap(([tenant, rows]) =>
      rows.map(({ day, model, chargeMicros, ...row }) => ({
        ...row,
        name: `${tenant} ${day.slice(0, '2026-10'.length)} ${model}`,
        micros: chargeMicros,
      })),
    ),
  )
}

function analyticsByDay(days: Days): Json {
  return [...days].flatMap(([tenant, rows]) =>
    rows.map(({ day, model, events, promptTokens, completionTokens }) => ({
      name: `${tenant} ${day} ${model}`,
      events,
      promptTokens,
      completionTokens,
    })),
  )
}

function summed(rows: readonly Row[]): Json {
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, ofName]) => ({
    name,
    promptTokens: ofName.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completionTokens: ofName.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    micros: String(ofName.reduce((sum, { micros }) => sum + micros, 0n)),
  }))
}
