import { explain } from '../../guarantee/prove/judge.ts'
import type { KillMatrix } from '../../guarantee/prove/judge.ts'
import { HarnessError, messageOf } from '../../environment/errors.ts'
import type { HistoryEvidence } from '../../history/history-evidence.ts'
import type { LoadEvidence } from '../../objective/load-evidence.ts'
import type { GuaranteeResult, RunRecord } from '../../run/record.ts'
import { breakdownOf, categoryOf, guaranteesOf, severityOf } from '../breakdown.ts'
import { counted, dollars, duration, formatValue, percent } from '../format-value.ts'
import { headlineOf } from '../headline.ts'
import { faultText, reasonOf } from '../history-words.ts'
import { killRows, killSentence } from '../kill-rows.ts'
import { plain, plainLine, plainUpTo } from '../plain-text.ts'
import { revenueBySegment, revenueOf } from '../revenue.ts'
import type { Revenue } from '../revenue.ts'
import { noHistories, operationsToDraw } from '../histories.ts'
import type { Histories } from '../histories.ts'
import type { Trends } from '../trends.ts'
import { historyView } from './history-view.ts'
import { objectiveView } from './objective-view.ts'
import type {
  Fact,
  GuaranteeView,
  HistoryView,
  KillMatrixView,
  PageData,
  RevenueView,
  WorkloadView,
} from './page-data.ts'
import { resourceViews } from './resource-view.ts'
import { faultView, workloadView } from './workload-view.ts'

const LONGEST_EVIDENCE = 600
const LONGEST_REASON = 4_000

/** @throws HarnessError when a histogram of the record cannot be read */
export function buildPageData(record: RunRecord, trends: Trends, histories: Histories = noHistories): PageData {
  const guarantees = guaranteesOf(record)
  const allotted = operationsToDraw(record)
  const drawn = (one: HistoryEvidence): HistoryView => historyView(one, histories(one), allotted.get(one) ?? 0)
  const { severities, categories } = breakdownOf(guarantees)
  return {
    verdict: record.verdict,
    headline: headlineOf(record),
    isQuick: record.mode === 'quick',
    facts: factsOf(record),
    revenue: revenueView(revenueOf(guarantees)),
    segments: revenueBySegment(guarantees).map((one) => ({
      segment: one.segment === 'All' ? 'All customers' : one.segment,
      guarantees: one.guarantees,
      ...revenueView(one),
    })),
    severities,
    categories: categories.map(({ category, passed, total }) => ({
      category: plainLine(category),
      kept: `${passed} of ${total}`,
      rate: percent(passed, total),
    })),
    packages: [...new Set(record.parts.map((part) => plainLine(part.package)))].sort(),
    guarantees: record.parts.flatMap((part) =>
      part.guarantees.map((guarantee) => guaranteeView(plainLine(part.package), guarantee, trends, drawn)),
    ),
    failures: record.parts.flatMap(({ package: name, otherTests, fileFailures }) => [
      ...otherTests.failures.map((one) => failureView(name, one.name, one.message)),
      ...fileFailures.map((one) => failureView(name, one.file, one.failure)),
    ]),
    killMatrices: Object.entries(record.killMatrices).map(([name, matrix]) => killMatrixView(name, matrix)),
  }
}

function factsOf(record: RunRecord): Fact[] {
  const { machine, commit } = record
  const adapters = [...new Set(guaranteesOf(record).map(({ adapter }) => plainLine(adapter)))]
  return [
    { name: 'run', value: plainLine(record.id) },
    { name: 'began', value: `${record.startedAt.slice(0, 19).replace('T', ' ')} UTC` },
    { name: 'took', value: duration(record.durationMs) },
    { name: 'mode', value: record.mode },
    {
      name: 'commit',
      value: commit === null ? 'none' : `${plainLine(commit.id).slice(0, 12)}${commit.dirty ? ', with changes' : ''}`,
    },
    { name: 'adapter', value: adapters.join(', ') || 'none' },
    {
      name: 'machine',
      value: plainLine(
        `${machine.cores} cores, ${formatValue(machine.memoryBytes, 'bytes')}, ${machine.cpuModel}, ${machine.platform}, Node ${machine.node}`,
      ),
    },
    { name: 'command', value: plainLine(record.command) },
  ]
}

function revenueView({ protectedUsd, degradedUsd, atRiskUsd, unprovenUsd }: Revenue): RevenueView {
  return {
    protectedUsd,
    atRiskUsd,
    protected: dollars(protectedUsd),
    degraded: degradedUsd === 0 ? '' : dollars(degradedUsd),
    atRisk: dollars(atRiskUsd),
    unproven: unprovenUsd === 0 ? '' : dollars(unprovenUsd),
  }
}

function guaranteeView(
  packageName: string,
  guarantee: GuaranteeResult,
  trends: Trends,
  drawn: (history: HistoryEvidence) => HistoryView,
): GuaranteeView {
  const { id, level, segment, status, load, histories = [], faults = [], sometimes = [] } = guarantee
  return {
    id: plainLine(id),
    statement: plainLine(guarantee.statement),
    package: packageName,
    level,
    segment: segment === 'All' ? 'All customers' : segment,
    businessGoal: plainLine(guarantee.businessGoal),
    revenue: dollars(guarantee.protectedMonthlyRevenueUsd),
    revenueUsd: guarantee.protectedMonthlyRevenueUsd,
    status,
    severity: severityOf(guarantee),
    facts: [
      { name: 'adapter', value: plainLine(guarantee.adapter) },
      { name: 'category', value: plainLine(categoryOf(guarantee)) },
      { name: 'on', value: plainLine(guarantee.dependencies.join(', ')) || 'no dependency' },
      { name: 'took', value: duration(guarantee.durationMs) },
    ],
    evidence: [
      ...Object.entries(guarantee.evidence).map(([name, value]) => ({
        name: plainLine(name),
        value: plainUpTo(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'), LONGEST_EVIDENCE),
      })),
      ...sometimes.map(({ name, count }) => ({ name: plainLine(name), value: counted(count, 'time') })),
      ...faults.map((fault) => ({ name: plainLine(`${fault.kind} ${fault.target}`), value: faultText(fault) })),
    ],
    reason: plainUpTo(reasonOf(guarantee), LONGEST_REASON),
    reproduce: plain(guarantee.reproduce),
    objectives: (load?.objectives ?? []).map((one) => objectiveView(one, trends[one.id] ?? [])),
    workloads: load ? workloadViews(id, load) : [],
    resources: resourceViews(load?.resources ?? []),
    faults: load ? load.faults.map(faultView) : faults.map((one) => faultView({ ...one, workload: 'the test' })),
    histories: histories.map(drawn),
  }
}

function workloadViews(id: string, { workloads, faults }: LoadEvidence): WorkloadView[] {
  return workloads.map((workload) => {
    try {
      return workloadView(workload, faults)
    } catch (error) {
      throw new HarnessError(`reading the times of ${workload.name}, which ${id} measured: ${messageOf(error)}`, {
        remedy: 'A histogram of run.json is damaged: run again.',
        cause: error,
      })
    }
  })
}

function failureView(name: string, test: string, message: string): PageData['failures'][number] {
  return { package: plainLine(name), name: plainLine(test), message: plainUpTo(message, LONGEST_REASON) }
}

function killMatrixView(name: string, matrix: KillMatrix): KillMatrixView {
  return {
    name: plainLine(name),
    sentence: killSentence(matrix),
    rows: killRows(matrix).map((cells) => cells.map(plainLine)),
    findings: matrix.findings.map((finding) => plainLine(explain(finding))),
    tooBroad: matrix.tooBroad.map((one) =>
      plainLine(`${one.label} breaks the control ${one.guarantee} as well: ${one.found}`),
    ),
  }
}
