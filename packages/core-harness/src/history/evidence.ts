import type { Anomaly, CheckResult } from './checkers/checker.ts'
import type { Operation } from './operation.ts'

/** So many of each kind are told, besides the worst. */
const MOST_OF_A_KIND = 5

/** One thing that must not happen, before it is put into words: most of them never are. */
export interface Finding {
  /** Those that show it. They are enough to show it without all others. */
  readonly operations: readonly Operation[]
  readonly explain: () => string
  /** How bad it is, where one is worse than another. */
  readonly badness?: number
  /** For how many it counts; 1 when it is left out. */
  readonly times?: number
}

/**
 * Counts what must not happen, and keeps as much of it as a person reads: of each kind the first, the worst and a few more.
 * Memory does not grow with what is found.
 */
export class Evidence<Kind extends string> {
  readonly #kinds: ReadonlyMap<Kind, KindOfAnomaly>

  /** @param kinds all that a checker can find, with whether the contract forbids them; what it allows is only counted */
  constructor(kinds: Readonly<Record<Kind, boolean>>) {
    const entries = Object.entries(kinds) as [Kind, boolean][]
    this.#kinds = new Map(entries.map(([kind, isForbidden]) => [kind, new KindOfAnomaly(isForbidden)]))
  }

  add(kind: Kind, finding: Finding): void {
    this.#kinds.get(kind)?.add(finding)
  }

  /** How many there are of each kind. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#kinds].map(([kind, { count }]) => [kind, count]))
  }

  /** The kind of the earliest first, and of each kind the earliest first, then the worst. */
  kept(): (Finding & { readonly kind: Kind })[] {
    return [...this.#kinds]
      .filter(([, { kept }]) => kept.length > 0)
      .sort(([, a], [, b]) => a.firstNs - b.firstNs)
      .flatMap(([kind, { told }]) => told.map((finding) => ({ kind, ...finding })))
  }
}

class KindOfAnomaly {
  readonly #isForbidden: boolean
  readonly kept: Finding[] = []
  #worst: Finding | undefined
  count = 0

  constructor(isForbidden: boolean) {
    this.#isForbidden = isForbidden
  }

  add(finding: Finding): void {
    this.count += finding.times ?? 1
    if (!this.#isForbidden) return
    if (badnessOf(finding) > badnessOf(this.#worst)) this.#worst = finding
    const place = this.kept.findLastIndex((other) => shownNs(other) <= shownNs(finding)) + 1
    this.kept.splice(place, 0, finding)
    this.kept.length = Math.min(this.kept.length, MOST_OF_A_KIND)
  }

  get firstNs(): number {
    return Math.min(...this.kept.map(shownNs))
  }

  get told(): Finding[] {
    const [first, ...more] = this.kept
    return [...new Set([first, this.#worst, ...more])].filter((finding) => finding !== undefined)
  }
}

function badnessOf(finding: Finding | undefined): number {
  return finding?.badness ?? -Infinity
}

/** From when on it could be seen: when the last of its operations had begun. */
function shownNs({ operations }: Finding): number {
  return Math.max(...operations.map(({ invokedNs }) => invokedNs))
}

/**
 * What a checker answers: invalid where something was found that the contract forbids, else unknown where it says why.
 *
 * @param options.isWhole whether the operations of the first anomaly show it without all others; they are the counter-example
 */
export function resultOf<Kind extends string>(
  checker: string,
  evidence: Evidence<Kind>,
  counts: Readonly<Record<string, number>>,
  { why, isWhole = true }: { readonly why?: string | undefined; readonly isWhole?: boolean } = {},
): CheckResult {
  const kept = evidence.kept()
  const [first] = kept
  const anomalies = kept.map(({ kind, operations, explain }): Anomaly => ({
    kind,
    explanation: explain(),
    operations: operations.map(({ index }) => index),
  }))
  return {
    checker,
    verdict: first !== undefined ? 'invalid' : why !== undefined ? 'unknown' : 'valid',
    counts: { ...evidence.counts(), ...counts },
    anomalies,
    ...(why !== undefined && first === undefined && { why }),
    ...(first !== undefined && isWhole && { counterexample: inOrder(first.operations) }),
  }
}

function inOrder(operations: readonly Operation[]): Operation[] {
  return [...new Set(operations)].sort((a, b) => a.index - b.index)
}
