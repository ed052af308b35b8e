import { accessSync, constants, existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'

import { HarnessError, messageOf } from '../errors.ts'
import { nodeProgram } from '../node-program.ts'
import { askProgram, findProgram } from '../program.ts'
import { temporaryFolder } from '../server-folders.ts'
import { homeDirectory, stateFolder } from '../workspace.ts'

/** One thing that the environment needs of the machine. */
export interface MachineFinding {
  readonly what: string
  readonly found: string
  /** What to do; undefined when nothing has to be done. */
  readonly remedy: string | undefined
}

/** All five dependencies, with the logs and data of a test run. */
const ENOUGH_BYTES = 1024 ** 3

export async function examineMachine(): Promise<MachineFinding[]> {
  return [await examineNode(), examineWorkspace(), await examineSpace(), ...examinePrograms()]
}

async function examineNode(): Promise<MachineFinding> {
  const what = 'Node for servers and nodes'
  const version = (
    await askProgram(nodeProgram, ['-p', 'process.versions.node + " " + Boolean(process.features.typescript)'])
  ).trim()
  const [number = '', canRun] = version.split(' ')
  const found = `${number} (${nodeProgram})`
  return canRun === 'true' ? fine(what, found) : { what, found: `${found} cannot run TypeScript`, remedy: 'npm ci' }
}

function examineWorkspace(): MachineFinding {
  const what = 'workspace'
  try {
    accessSync(stateFolder('logs'), constants.W_OK)
    return fine(what, homeDirectory)
  } catch (error) {
    const remedy = error instanceof HarnessError ? error.remedy : undefined
    return { what, found: messageOf(error), remedy: remedy ?? `Make ${homeDirectory} writable.` }
  }
}

async function examineSpace(): Promise<MachineFinding> {
  const what = 'temporary files'
  const folder = temporaryFolder()
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    const found = `${folder} has ${(free / 1024 ** 3).toFixed(1)} GiB free`
    return free >= ENOUGH_BYTES
      ? fine(what, found)
      : { what, found, remedy: 'Free 1 GiB there, or set TMPDIR to another folder.' }
  } catch (error) {
    return { what, found: messageOf(error), remedy: 'Set TMPDIR to a folder that can be written to.' }
  }
}

function examinePrograms(): MachineFinding[] {
  const findings = [fine('guard', existsSync('/bin/sh') ? '/bin/sh' : 'no /bin/sh')]
  const prlimit = findProgram('prlimit')
  findings.push(
    prlimit !== undefined
      ? fine('limits of native servers', prlimit)
      : {
          what: 'limits of native servers',
          found: 'there is no prlimit: open files are not bounded, nor is the memory of PostgreSQL',
          remedy: 'apt-get install util-linux',
        },
  )
  if (process.getuid?.() !== 0) return findings
  const setpriv = findProgram('setpriv')
  findings.push(
    setpriv !== undefined
      ? fine('PostgreSQL as root', setpriv)
      : { what: 'PostgreSQL as root', found: 'there is no setpriv', remedy: 'apt-get install util-linux' },
  )
  return findings
}

function fine(what: string, found: string): MachineFinding {
  return { what, found, remedy: undefined }
}
