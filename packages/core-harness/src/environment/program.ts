import { execFile } from 'node:child_process'
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

import { messageOf } from './errors.ts'

const run = promisify(execFile)

/** Where packages put servers besides the PATH. */
const USUAL_PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/homebrew/sbin']

/** Folders besides the PATH; a `*` in one stands for one folder name, the highest first. */
export interface Places {
  readonly before?: readonly string[]
  readonly after?: readonly string[]
}

/** Looks a program up on the PATH and in the usual places. */
export function findProgram(name: string, { before = [], after = [] }: Places = {}): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const folders = [...before.flatMap(expand), ...path, ...USUAL_PLACES, ...after.flatMap(expand)]
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/**
 * Looks the program of a server up. `HARNESS_SERVERS_PATH` names the only folders to look in, instead of the PATH and all
 * places: for servers that were unpacked somewhere.
 */
export function findServerProgram(name: string, places: Places = {}): string | undefined {
  const only = process.env.HARNESS_SERVERS_PATH ?? ''
  if (only === '') return findProgram(name, places)
  return only
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

/**
 * What a program prints when it is asked for its version.
 *
 * @throws Error with what it printed when it failed
 */
export async function askProgram(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args, { timeout: 10_000 })
    return `${stdout}${stderr}`
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim()
    throw new Error(`${program} ${args.join(' ')}: ${said ? said : messageOf(error)}`, { cause: error })
  }
}

function expand(place: string): string[] {
  const [before, after] = place.split('/*/')
  if (before === undefined || after === undefined) return [place]
  try {
    return readdirSync(before)
      .sort((a, b) => Number(b) - Number(a))
      .map((folder) => join(before, folder, after))
  } catch {
    return [] // No such folder: nothing was installed there.
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
