import { reproduceCommand } from '../guarantee/reproduce.ts'
import type { Category, Contract, Level, Segment } from '../guarantee/contract.ts'
import type { Note } from '../guarantee/notes.ts'
import { isOnlyUnjudged } from '../guarantee/prove/judge.ts'
import type { KillMatrix } from '../guarantee/prove/judge.ts'
import type { FaultEvidence, HistoryEvidence, SometimesEvidence } from '../history/history-evidence.ts'
import type { LoadEvidence } from '../objective/load-evidence.ts'
import type { Verdict } from '../objective/verdict.ts'
import type { Machine } from './machine.ts'

/**
 * How one guarantee came out. Only `passed` and `warned` are green. `warned`: kept, but an objective is degraded.
 * `invalid`: the measurement was not good enough to judge. `no-data`: its test did not run to an end, or measured nothing.
 */
export type GuaranteeStatus = 'passed' | 'warned' | 'failed' | 'invalid' | 'not-offered' | 'no-data'

export interface GuaranteeResult {
  readonly id: string
  readonly statement: string
  readonly contract: string
  readonly level: Level
  readonly segment: Segment
  readonly businessGoal: string
  readonly protectedMonthlyRevenueUsd: number
  readonly category?: Category
  readonly adapter: string
  readonly status: GuaranteeStatus
  readonly durationMs: number
  readonly dependencies: readonly string[]
  readonly evidence: Readonly<Record<string, unknown>>
  /** What was measured, at L4. */
  readonly load?: LoadEvidence
  /** What its test did and heard, operation by operation; left out when it kept no journal. */
  readonly histories?: readonly HistoryEvidence[]
  /** What its test did to the system on purpose. */
  readonly faults?: readonly FaultEvidence[]
  /** What had to happen for its test to mean anything. */
  readonly sometimes?: readonly SometimesEvidence[]
  /** Why it failed, or is not offered. */
  readonly reason?: string
  /** The command that runs it again. */
  readonly reproduce: string
}

/** Tests that are no guarantee, for example those of the harness, are counted. */
export interface OtherTests {
  readonly passed: number
  /** Files that could not be run to their end count as one each. */
  readonly failed: number
  readonly failures: readonly TestFailure[]
}

/** A test that is no guarantee, and failed. */
export interface TestFailure {
  readonly name: string
  readonly message: string
}

/** A test file that could not be run to its end, whatever its tests say. */
export interface FileFailure {
  readonly file: string
  readonly failure: string
}

/** What one package's tests contribute to a run. */
export interface RunPart {
  readonly package: string
  readonly guarantees: readonly GuaranteeResult[]
  readonly otherTests: OtherTests
  readonly fileFailures: readonly FileFailure[]
  readonly durationMs: number
}

export interface RunRecord {
  readonly format: 'proving-ground/run/1'
  readonly id: string
  readonly startedAt: string
  readonly durationMs: number
  readonly command: string
  /** Quick runs load less and shorter, and are not compared with full ones. */
  readonly mode: 'quick' | 'full'
  readonly commit: { readonly id: string; readonly dirty: boolean } | null
  readonly machine: Machine
  readonly parts: readonly RunPart[]
  /** Of `prove`, by package. */
  readonly killMatrices: Readonly<Record<string, KillMatrix>>
  readonly verdict: Verdict
}

/** What Jest said about one guarantee's test. */
export interface TestOutcome {
  readonly id: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly durationMs: number
  readonly failure?: string
}

/**
 * Joins what Jest said with what the tests noted.
 *
 * @param expected the ids that were to run; one without an outcome is `no-data`
 */
export function resultsOf(
  contract: Contract,
  adapter: string,
  expected: readonly string[],
  outcomes: readonly TestOutcome[],
  notes: readonly Note[],
  environment = process.env,
): GuaranteeResult[] {
  return expected.map((id) => {
    const {
      requires: _requires,
      objectives: _objectives,
      ...declared
    } = contract.guarantees[id] as Contract['guarantees'][string]
    const outcome = outcomes.find((one) => one.id === id)
    const note = notes.findLast((one) => one.id === id)
    const status = statusOf(outcome, note)
    const reason = status === 'not-offered' ? note?.notOffered : reasonOf(status, outcome)
    return {
      ...declared,
      id,
      contract: contract.name,
      adapter,
      status,
      durationMs: Math.round(outcome?.durationMs ?? 0),
      dependencies: note?.dependencies ?? [],
      evidence: note?.evidence ?? {},
      ...(note?.load === undefined ? {} : { load: note.load }),
      ...(note?.histories === undefined ? {} : { histories: note.histories }),
      ...(note?.faults === undefined ? {} : { faults: note.faults }),
      ...(note?.sometimes === undefined ? {} : { sometimes: note.sometimes }),
      ...(reason === undefined ? {} : { reason }),
      reproduce: reproduceCommand(
        { contract: contract.name, level: declared.level, id, seed: note?.seed },
        environment,
      ),
    }
  })
}

function statusOf(outcome: TestOutcome | undefined, note: Note | undefined): GuaranteeStatus {
  if (outcome?.status === 'failed')
    return note?.verdict === 'invalid' || note?.verdict === 'no-data' ? note.verdict : 'failed'
  if (note?.notOffered !== undefined) return 'not-offered'
  if (outcome?.status !== 'passed') return 'no-data'
  return note?.verdict === 'warn' ? 'warned' : 'passed'
}

function reasonOf(status: GuaranteeStatus, outcome: TestOutcome | undefined): string | undefined {
  if (status === 'no-data' && outcome?.status !== 'failed') return 'its test did not run to an end'
  return outcome?.failure
}

/**
 * Green only when something ran and all of it was green. A guarantee that an adapter does not offer is neither. What failed
 * counts more than what could not be judged.
 */
export function verdictOf(parts: readonly RunPart[], matrices: Readonly<Record<string, KillMatrix>>): Verdict {
  const statuses = new Set(parts.flatMap((part) => part.guarantees.map(({ status }) => status)))
  const otherTests = parts.map((part) => part.otherTests)
  const found = Object.values(matrices)
  if (
    statuses.has('failed') ||
    statuses.has('no-data') ||
    otherTests.some(({ failed }) => failed > 0) ||
    found.some(({ findings }) => findings.length > 0 && !isOnlyUnjudged(findings))
  )
    return 'fail'
  if (statuses.has('invalid') || found.some(({ findings }) => findings.length > 0)) return 'invalid'
  if (statuses.has('warned')) return 'warn'
  return statuses.has('passed') || otherTests.some(({ passed }) => passed > 0) || found.length > 0 ? 'pass' : 'no-data'
}

/** The verdicts that let a command succeed. */
export function isGreen(verdict: Verdict): boolean {
  return verdict === 'pass' || verdict === 'warn'
}
