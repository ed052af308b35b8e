import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { stateFolder } from '../environment/workspace.ts'
import type { FaultRecord } from '../fault/index.ts'
import type { Checker, CheckResult } from '../history/checkers/checker.ts'
import { checkEvidence } from '../history/history-evidence.ts'
import type { CheckEvidence, HistoryEvidence } from '../history/history-evidence.ts'
import { openJournal } from '../history/journal.ts'
import type { Journal } from '../history/journal.ts'
import type { History } from '../history/operation.ts'
import { readHistory } from '../history/read-history.ts'
import { explainVerdict } from './history-verdict.ts'
import { NoDataError } from './no-data.ts'
import { checkCommand } from './reproduce.ts'
import type { RunSettings } from './run-settings.ts'

/** A history shows what must not happen. */
export class HistoryInvalidError extends Error {
  override readonly name = 'HistoryInvalidError'
}

interface Kept {
  readonly name: string
  readonly journal: Journal
  readonly results: CheckEvidence[]
  /** Those that are noted in it. */
  readonly faults: Set<FaultRecord>
  /** Read back once, when it is judged first. */
  history?: History
}

export interface HistorySettings {
  /** Of the guarantee. */
  readonly id: string
  readonly seed: number
  readonly settings: RunSettings
  /** The command that runs the test again. */
  readonly reproduce: string
}

/** The histories of the test of one guarantee, in files of the run's folder. */
export class HistorySession {
  readonly #settings: HistorySettings
  readonly #directory: string
  readonly #kept: Kept[] = []

  constructor(settings: HistorySettings) {
    this.#settings = settings
    this.#directory = settings.settings.runDirectory ?? stateFolder('alone')
  }

  /** @throws HarnessError when the test has one of that name already */
  open(name: string): Journal {
    const { id, seed, settings } = this.#settings
    const folder = join(this.#directory, 'histories', fileName(settings.label ?? ''))
    const file = join(folder, `${id}-${fileName(name)}.jsonl`)
    if (this.#kept.some(({ journal }) => journal.file === file))
      throw new HarnessError(`opening the history ${name} of ${id}: the test has one of that name`, {
        remedy: 'Give each a name of its own, for example with the number of the round.',
      })
    const journal = openJournal({ file, name, seed })
    this.#kept.push({ name, journal, results: [], faults: new Set() })
    return journal
  }

  /**
   * Notes what was done to the system in every history that is still being written; what was noted is not noted again.
   *
   * @param originNs time zero of the records, on the clock of the histories
   */
  mark(records: readonly FaultRecord[], originNs: bigint): void {
    for (const kept of this.#kept) {
      if (kept.history) continue
      const beganNs = Number(kept.journal.originNs - originNs)
      for (const record of records) {
        if (kept.faults.has(record)) continue
        kept.faults.add(record)
        const { kind, target, fromNs, toNs } = record
        // One that was healed before the history began is no part of it.
        if (toNs >= beganNs)
          kept.journal.fault({ kind, target, fromNs: Math.max(0, fromNs - beganNs), toNs: toNs - beganNs })
      }
    }
  }

  /**
   * Closes the history, reads it back, and judges it.
   *
   * @throws HistoryInvalidError, NoDataError with the first anomaly, its operations, and how to see it again
   */
  check<Options>(journal: Journal, checker: Checker<Options>, given: Readonly<Record<string, unknown>>): CheckResult {
    const kept = this.#kept.find((one) => one.journal === journal)
    if (kept === undefined)
      throw new HarnessError(`judging ${journal.file}: it is no history of this test`, {
        remedy: 'Open it with context.history(name).',
      })
    const options = checker.options.safeParse(given)
    if (!options.success)
      throw new HarnessError(`judging ${kept.name} by ${checker.name}: ${options.error.issues[0]?.message ?? ''}`, {
        remedy: `npx harness check lists the options of each checker.`,
      })
    kept.history ??= read(journal)
    const result = checker.check(kept.history.operations, options.data)
    const again = checkCommand(journal.file, checker.name, given)
    kept.results.push(checkEvidence(result, again))
    if (result.verdict === 'valid') return result
    const commands = { again, reproduce: this.#settings.reproduce }
    const words = explainVerdict(kept.history, result, commands)
    throw result.verdict === 'invalid' ? new HistoryInvalidError(words) : new NoDataError(words)
  }

  /** Closes all of them. For the notes of the test; nothing when it kept none. */
  end(): { readonly histories?: HistoryEvidence[] } {
    const histories = this.#kept.map((kept) => {
      const { name, journal, results } = kept
      const { operations, faults } = kept.history ?? readIfPossible(journal)
      return {
        name,
        file: relative(this.#directory, journal.file),
        seed: this.#settings.seed,
        operations: operations.length,
        faults: faults.length,
        results,
      }
    })
    return histories.length === 0 ? {} : { histories }
  }
}

function read(journal: Journal): History {
  journal.close()
  return readHistory(journal.file).history
}

/** One that was never judged, perhaps because its test broke: what is wrong with it must not hide why. */
function readIfPossible(journal: Journal): Pick<History, 'operations' | 'faults'> {
  try {
    return read(journal)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}${existsSync(journal.file) ? '' : ' (it is gone)'}\n`)
    return { operations: [], faults: [] }
  }
}

function fileName(text: string): string {
  return text.replace(/[^\w.-]+/g, '-')
}
