import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { commands } from '../../src/cli/commands.ts'
import { nodeProgram } from '../../src/environment/node-program.ts'
import { ScratchWorkspace } from '../../bench/scratch/scratch-workspace.ts'

const BIN = fileURLToPath(new URL('../../bin/harness.mjs', import.meta.url))

let workspace: ScratchWorkspace

beforeAll(() => {
  workspace = new ScratchWorkspace()
})

afterAll(async () => {
  await workspace.dispose()
}, 30_000)

test('--help lists every command; without a command it is an error', async () => {
  const { code, stdout, stderr } = await workspace.harness(['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
  expect(await workspace.harness([])).toEqual({ code: 2, stdout: '', stderr: stdout })
})

test.each(commands.map(({ name }) => name))(
  '%s --help says how it is called and what its exit codes mean',
  async (name) => {
    const { code, stdout, stderr } = await workspace.harness([name, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: harness ${name}\\b`))
    expect(stdout).toMatch(/exit codes?/i)
    expect(await workspace.harness(['help', name])).toMatchObject({ code: 0, stdout })
  },
)

test('--version prints the version of the package', async () => {
  expect(await workspace.harness(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
})

test.each([
  [['doktor'], /there is no command "doktor"\n {2}Did you mean doctor\?/],
  [['zzz'], /there is no command "zzz"\n {2}There are: /],
  [['--hlep'], /there is no option "--hlep"\n {2}Did you mean --help\?/],
  [['status', '--jsn'], /harness status: there is no option --jsn\n {2}Did you mean --json\?/],
  [['status', 'now'], /harness status: Unexpected argument 'now'/],
  [['up', 'postgresql'], /there is no dependency "postgresql"\n {2}Did you mean postgres\?/],
  [['down', '--force'], /there is no option --force\n {2}harness down --help/],
])('%j is a wrong command line', async (args, expected) => {
  const { code, stdout, stderr } = await workspace.harness(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(expected)
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('doctor says who would serve, and looks at the machine', async () => {
  const { code, stdout, stderr } = await workspace.harness(['doctor', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { ok, dependencies, machine } = JSON.parse(stdout) as {
    ok: boolean
    dependencies: { name: string; provider: string; version: string; refused: { provider: string }[] }[]
    machine: { what: string; remedy?: string }[]
  }
  expect(ok).toBe(true)
  expect(dependencies.map(({ name, provider }) => `${name} ${provider}`)).toEqual([
    'redis native',
    'redis-cluster native',
    'postgres native',
    'clickhouse native',
    'rabbitmq native',
  ])
  for (const { version, refused } of dependencies) {
    expect(version).toMatch(/^\d+\./)
    expect(refused).toMatchObject([{ provider: 'container' }])
  }
  expect(machine.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['Node for servers and nodes', 'workspace', 'temporary files', 'limits of native servers']),
  )
  expect(workspace.processes()).toEqual([]) // It started nothing.
})

test('doctor tells of little room for temporary files, and of a temporary folder that is not there', async () => {
  const { stdout } = await workspace.harness(['doctor'], { TMPDIR: join(workspace.folder, 'nowhere') })
  expect(stdout).toMatch(/! temporary files: ENOENT.*\n +→ Set TMPDIR/)
})

test('output into a pipe that was closed is no error', () => {
  const { status, stderr } = spawnSync('sh', ['-c', '"$0" "$1" --help | true', nodeProgram, BIN], {
    env: workspace.environment(),
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('it can be called through a link, with the Node that the workspace brings', () => {
  const link = join(workspace.folder, 'harness')
  symlinkSync(BIN, link)
  const { status, stdout, stderr } = spawnSync(nodeProgram, [link, '--version'], {
    env: workspace.environment(),
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' })
})

test('a Node that cannot run TypeScript hands over, with arguments, output and exit code', () => {
  const run = (...args: string[]) =>
    spawnSync(nodeProgram, ['--no-experimental-strip-types', BIN, ...args], {
      env: workspace.environment(),
      encoding: 'utf8',
    })
  expect(run('--version')).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' })
  expect(run('doktor')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('Did you mean doctor?'),
  })
})
