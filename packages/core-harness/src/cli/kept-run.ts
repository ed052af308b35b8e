import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { stateFolder } from '../environment/workspace.ts'
import { readRecord } from '../run/record-schema.ts'
import type { RunRecord } from '../run/record.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { nearest } from './nearest.ts'

const SHOWN = 5

/**
 * The folder of a run that has ended.
 *
 * @param given an id, a folder, or a file in one; when left out, the latest run that holds what is wanted, or else the latest
 * @throws HarnessError naming the runs that there are
 */
export function keptRun(given: string | undefined, holdsWanted?: (record: RunRecord) => boolean): RunDirectory {
  const folder = stateFolder('runs')
  const known = readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, 'run.json')))
    .sort()
  if (given === undefined) {
    const latest = (holdsWanted && known.findLast((id) => isHeldBy(join(folder, id), holdsWanted))) ?? known.at(-1)
    if (latest !== undefined) return new RunDirectory(join(folder, latest), false)
    throw new HarnessError('there is no run yet', { remedy: 'Make one: npx harness run' })
  }
  if (known.includes(given)) return new RunDirectory(join(folder, given), false)
  const path = resolve(given)
  // A word without a slash may be the name of a folder of the user, and that has to hold a run.
  if (isRun(path)) return new RunDirectory(path, false)
  if (basename(path) === 'run.json' && existsSync(path)) return new RunDirectory(dirname(path), false)
  throw new HarnessError(`there is no run "${given}"${existsSync(path) ? `: ${path} holds no run.json` : ''}`, {
    remedy: remedyFor(given, known),
    exitCode: 2,
  })
}

function isHeldBy(path: string, holdsWanted: (record: RunRecord) => boolean): boolean {
  try {
    return holdsWanted(readRecord(join(path, 'run.json')))
  } catch (error) {
    if (error instanceof HarnessError) return false // Of another version: an older run may hold it.
    throw error
  }
}

function isRun(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory() && existsSync(join(path, 'run.json'))
}

function remedyFor(given: string, known: readonly string[]): string {
  const meant = nearest(given, known)
  const list = known.length === 0 ? 'There is none yet.' : `The latest are: ${known.slice(-SHOWN).join(', ')}.`
  return meant === undefined ? list : `Did you mean ${meant}? ${list}`
}
