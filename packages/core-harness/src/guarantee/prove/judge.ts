import { guaranteeOf } from '../contract.ts'
import type { Contract } from '../contract.ts'

/** How one guarantee, or one objective of a guarantee, came out under one adapter. */
export interface Outcome {
  /** The adapter: `reference`, or the name of a defect. */
  readonly label: string
  readonly guarantee: string
  /**
   * `broken`: the harness itself could not run the test, so that it says nothing about the guarantee. `invalid`: it ran, and the
   * generator of its load was not good enough to judge by.
   */
  readonly status: 'passed' | 'failed' | 'not-offered' | 'broken' | 'invalid'
  readonly durationMs: number
  readonly failure?: string
}

/** What a defect was to break, and what it was not to. */
export interface Charge {
  readonly label: string
  readonly breaks: readonly string[]
  /** A guarantee that it must leave whole: a defect that breaks everything proves nothing about one test. */
  readonly control: string | undefined
  readonly isCanary: boolean
}

export type Finding =
  | { readonly kind: 'survivor'; readonly label: string; readonly guarantee: string; readonly found: string }
  | { readonly kind: 'canary-survived'; readonly label: string; readonly guarantee: string; readonly found: string }
  | { readonly kind: 'false-alarm'; readonly label: string; readonly guarantee: string; readonly found: string }
  /** Nothing is wrong with the package, as far as is known: this machine could not measure it. */
  | { readonly kind: 'unjudged'; readonly label: string; readonly guarantee: string; readonly found: string }
  | { readonly kind: 'unproved'; readonly guarantee: string }
  | { readonly kind: 'no-canary' }

/** The result of proving a package: every cell that was run, and what is wrong. */
export interface KillMatrix {
  readonly outcomes: readonly Outcome[]
  readonly charges: readonly Charge[]
  /** What is wrong: any of them makes prove fail. */
  readonly findings: readonly Finding[]
  /** Defects that break the control too. They are killed, but perhaps not for the reason that they name. */
  readonly tooBroad: readonly { readonly label: string; readonly guarantee: string; readonly found: string }[]
}

/**
 * Judges the outcomes: the reference keeps every guarantee, each defect breaks those that it names, the canary breaks
 * all, and every guarantee is broken by some defect other than the canary.
 *
 * @param guarantees the ids that were to be proved, those of objectives too
 * @param expectAll false when only some defects ran, so that a guarantee without one, or a missing canary, says nothing
 */
export function judge(
  contract: Contract,
  guarantees: readonly string[],
  charges: readonly Charge[],
  outcomes: readonly Outcome[],
  expectAll: boolean,
): KillMatrix {
  const outcomeOf = (label: string, guarantee: string): Outcome | undefined =>
    outcomes.find((one) => one.label === label && one.guarantee === guarantee)
  const findings: Finding[] = []
  const tooBroad: { label: string; guarantee: string; found: string }[] = []
  for (const guarantee of guarantees) {
    const outcome = outcomeOf('reference', guarantee)
    if (outcome?.status !== 'passed') findings.push(findingOf('false-alarm', 'reference', guarantee, outcome))
  }
  for (const { label, breaks, control, isCanary } of charges) {
    for (const guarantee of breaks) {
      const outcome = outcomeOf(label, guarantee)
      if (outcome?.status !== 'failed')
        findings.push(findingOf(isCanary ? 'canary-survived' : 'survivor', label, guarantee, outcome))
    }
    if (control === undefined) continue
    const outcome = outcomeOf(label, control)
    if (outcome?.status !== 'passed') tooBroad.push({ label, guarantee: control, found: describe(outcome) })
  }
  if (expectAll) {
    // Who breaks an objective breaks its guarantee.
    const broken = charges.filter(({ isCanary }) => !isCanary).flatMap(({ breaks }) => breaks)
    const named = new Set(broken.flatMap((id) => [id, guaranteeOf(id)]))
    for (const guarantee of guarantees) if (!named.has(guarantee)) findings.push({ kind: 'unproved', guarantee })
    if (!charges.some(({ isCanary }) => isCanary)) findings.push({ kind: 'no-canary' })
  }
  return {
    outcomes: outcomes.filter(({ guarantee }) => guaranteeOf(guarantee) in contract.guarantees),
    charges,
    findings,
    tooBroad,
  }
}

function findingOf(
  kind: 'survivor' | 'canary-survived' | 'false-alarm',
  label: string,
  guarantee: string,
  outcome: Outcome | undefined,
): Finding {
  return { kind: outcome?.status === 'invalid' ? 'unjudged' : kind, label, guarantee, found: describe(outcome) }
}

/** Whether all that is wrong is that this machine could not measure. */
export function isOnlyUnjudged(findings: readonly Finding[]): boolean {
  return findings.length > 0 && findings.every(({ kind }) => kind === 'unjudged')
}

function describe(outcome: Outcome | undefined): string {
  if (!outcome) return 'its test did not run'
  if (outcome.status === 'passed') return 'its test passed'
  const failure = outcome.failure === undefined ? '' : `: ${outcome.failure.split('\n')[0]}`
  if (outcome.status === 'broken') return `its test could not be run${failure}`
  if (outcome.status === 'invalid') return `the measurement was not good enough${failure}`
  return outcome.status === 'not-offered' ? 'it is not offered' : `its test failed${failure}`
}

/** A finding in one line. */
export function explain(finding: Finding): string {
  switch (finding.kind) {
    case 'survivor':
      return `survivor: ${finding.label} names ${finding.guarantee}, but ${finding.found}`
    case 'canary-survived':
      return `the canary survived ${finding.guarantee}: ${finding.found}`
    case 'false-alarm':
      return `false alarm: the reference does not keep ${finding.guarantee}: ${finding.found}`
    case 'unjudged':
      return `not judged: ${finding.guarantee} under ${finding.label}: ${finding.found}`
    case 'unproved':
      return `unproved: no defect breaks ${finding.guarantee}`
    case 'no-canary':
      return 'no canary: there is no defect that breaks "all"'
  }
}
