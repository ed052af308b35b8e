import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The generator has one core, and the service another, where there are two and the system can keep them apart. */
export const CORES = { generator: 0, service: 1 } as const
export type Role = keyof typeof CORES

let isPinning: boolean | undefined

export async function canPin(): Promise<boolean> {
  if (isPinning !== undefined) return isPinning
  isPinning =
    cpus().length > 1 &&
    (await run('taskset', ['--version']).then(
      () => true,
      () => false,
    ))
  return isPinning
}

async function commandOf(role: Role, script: string, args: readonly string[]): Promise<readonly [string, string[]]> {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const command = [process.execPath, file, ...args]
  const pinned = (await canPin()) ? ['taskset', '-c', String(CORES[role]), ...command] : command
  return [pinned[0] as string, pinned.slice(1)]
}

/** Runs a script of this folder to its end. @returns what it printed, read as JSON */
export async function reportOf<Report>(role: Role, script: string, args: readonly string[]): Promise<Report> {
  const [program, rest] = await commandOf(role, script, args)
  const { stdout } = await run(program, rest, { maxBuffer: 1 << 28 })
  return JSON.parse(stdout) as Report
}

export interface Service {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the service of this folder. It ends with this process, whatever becomes of that. */
export async function startService(): Promise<Service> {
  const [program, rest] = await commandOf('service', 'server.ts', [])
  const child: ChildProcess = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  return {
    url: `http://127.0.0.1:${Number(String(port))}`,
    stop: async () => {
      child.stdin?.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
