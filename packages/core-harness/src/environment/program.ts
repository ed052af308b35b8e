import { execFile } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where packages put servers besides the PATH. */
const USUAL_PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/homebrew/sbin']

/**
 * Looks a program up on the PATH and in the usual places.
 *
 * @param places further folders; a `*` stands for one folder name, the highest first
 */
export function findProgram(name: string, places: readonly string[] = []): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...path, ...USUAL_PLACES, ...places.flatMap(expand)].map((folder) => join(folder, name)).find(isExecutable)
}

/** What a program prints when it is asked for its version. */
export async function askProgram(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(program, args, { timeout: 10_000 })
  return `${stdout}${stderr}`
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
    return true
  } catch {
    return false
  }
}
