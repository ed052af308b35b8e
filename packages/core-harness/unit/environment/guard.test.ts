import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { spawnGuarded } from '../../src/environment/guard.ts'
import type { GuardedCommand, GuardedProcess } from '../../src/environment/guard.ts'
import { nodeProgram } from '../../src/environment/node-program.ts'
import { eventually } from '../../src/guarantee/eventually.ts'
import { processesOf } from '../../bench/scratch/remains.ts'

const GUARD_MODULE = fileURLToPath(new URL('../../src/environment/guard.ts', import.meta.url))

let folder: string
let started: GuardedProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-test-'))
  started = []
})

afterEach(async () => {
  await Promise.all(started.map((guarded) => guarded.stop()))
  rmSync(folder, { recursive: true, force: true })
})

/** A shell script under guard, in a process whose command line names the folder of the test. */
function guard(script: string, more: Partial<GuardedCommand> = {}): GuardedProcess {
  const guarded = spawnGuarded({ command: '/bin/sh', args: ['-c', script, folder], output: 'pipe', ...more })
  started.push(guarded)
  return guarded
}

async function nothingRuns(withinMs: number): Promise<void> {
  await eventually(() => processesOf(folder).length === 0, { withinMs, describe: 'no process of the test runs' })
}

async function appears(name: string): Promise<void> {
  await eventually(() => existsSync(join(folder, name)), { withinMs: 5_000, describe: `${name} is there` })
}

test.each([0, 7, 255])('the exit code %i of the command is passed on', async (code) => {
  expect(await guard(`exit ${code}`).ended).toBe(code)
})

test('a command that a signal ended gives 128 and the number of the signal', async () => {
  expect(await guard('kill -s KILL $$').ended).toBe(137)
})

test('a command that is not there ends with code 127 or 126, not with an exception', async () => {
  const guarded = guard('', { command: join(folder, 'no-such-program'), args: [] })
  expect([126, 127]).toContain(await guarded.ended)
  expect(guarded.alive).toBe(false)
})

test('a guard that cannot be started counts as ended', async () => {
  const guarded = guard('exit 0', { cwd: join(folder, 'no-such-folder') })
  expect(await guarded.ended).toBe(127)
  await guarded.stop()
})

test('stop asks the command with a signal, and waits until the command has ended', async () => {
  const guarded = guard(`trap 'echo asked >"$0/asked"; exit 3' TERM; touch "$0/ready"; while :; do sleep 0.05; done`)
  await appears('ready')
  expect(guarded.alive).toBe(true)
  await guarded.stop()
  expect(guarded.alive).toBe(false)
  expect(await guarded.ended).toBe(3)
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('asked\n')
})

test('a command that does not heed the signal is killed after the time of grace', async () => {
  const guarded = guard(`trap '' TERM; touch "$0/ready"; while :; do sleep 0.05; done`, { graceMs: 300 })
  await appears('ready')
  const began = performance.now()
  await guarded.stop()
  expect(performance.now() - began).toBeGreaterThan(250)
  expect(await guarded.ended).toBe(137)
})

test('what the command started ends with it, and the directory goes', async () => {
  const directory = join(folder, 'data')
  mkdirSync(directory)
  writeFileSync(join(directory, 'file'), 'x')
  const guarded = guard(`sh -c 'while :; do sleep 0.05; done' "$0" & touch "$0/ready"; exit 0`, { directory })
  await guarded.ended
  await nothingRuns(2_000)
  expect(existsSync(directory)).toBe(false)
})

test('a script runs afterwards, while the directory is still there', async () => {
  const directory = join(folder, 'data')
  mkdirSync(directory)
  const afterwards = join(folder, 'afterwards.sh')
  writeFileSync(afterwards, `[ -d "$1" ] && touch "${folder}/was-there"`)
  await guard('exit 0', { directory, afterwards }).ended
  expect(existsSync(join(folder, 'was-there'))).toBe(true)
  expect(existsSync(directory)).toBe(false)
})

/** A process of its own that owns a guarded command, to be killed. */
async function owner(script: string, graceMs: number) {
  mkdirSync(join(folder, 'data'))
  const program = `
    import { spawnGuarded } from ${JSON.stringify(GUARD_MODULE)}
    spawnGuarded({
      command: '/bin/sh', args: ['-c', ${JSON.stringify(script)}, ${JSON.stringify(folder)}],
      output: 'pipe', directory: ${JSON.stringify(join(folder, 'data'))}, graceMs: ${graceMs},
    })`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', program]
  const child = spawn(nodeProgram, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  await appears('ready')
  const [running] = processesOf(folder).filter(({ command }) => command.startsWith('/bin/sh -c'))
  return { child, commandId: running?.processId ?? -1 }
}

test('a command ends when its owner is killed outright, with all that it started', async () => {
  const { child } = await owner(
    `sh -c 'while :; do sleep 0.05; done' "$0" & touch "$0/ready"; while :; do sleep 0.05; done`,
    300,
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  await nothingRuns(2_000)
  await eventually(() => !existsSync(join(folder, 'data')), { withinMs: 1_000, describe: 'the directory is gone' })
})

test('a command that is stopped (SIGSTOP) ends too when its owner is killed', async () => {
  const { child, commandId } = await owner(`touch "$0/ready"; while :; do sleep 0.05; done`, 300)
  process.kill(commandId, 'SIGSTOP')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await nothingRuns(2_000)
})

test('a guard costs next to nothing to start', async () => {
  const times: number[] = []
  for (let round = 0; round < 20; round++) {
    const began = performance.now()
    await guard('exit 0').ended
    times.push(performance.now() - began)
  }
  // Generous for a loaded machine; about 5 ms on a quiet one.
  expect(times.sort((a, b) => a - b)[10]).toBeLessThan(100)
})
