/**
 * The cache suite on containers: finds a Docker daemon or starts one, builds the images that are missing, and runs the
 * suite with HARNESS_PROVIDER=container. Needs the packages (npm ci) and nothing else of the workspace.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const HARNESS = join(ROOT, 'packages/core-harness/bin/harness.mjs')
const GUARD = join(ROOT, 'packages/core-harness/src/environment/guard.sh')
const CONFIGURATION = 'proving-ground.config.json'
/** A workspace of its own, because a supervisor that runs already may know of another daemon. */
const HOME = join(ROOT, '.proving-ground/container-stage')
const DAEMON_WITHIN_MS = 60_000
const DAEMON_GRACE_TENTHS = 150

/** What the suite leases, and the image of docker/build.sh for it. */
const IMAGES = { redis: 'redis', 'redis-cluster': 'redis', postgres: 'postgres' }

const USAGE = `Usage: node tools/container-stage.mjs [--provider-tests]

Runs the cache suite with every dependency in a container (HARNESS_PROVIDER=container).

A Docker daemon that answers (DOCKER_HOST, or the usual socket) is used as it is. Where none
does, and this is root and dockerd is installed, one is started for the time of the run, with
its data in .proving-ground/container-stage/docker, which is kept for the next run. With
CI=true, on Debian, docker.io and debootstrap are installed with apt where they are missing.
Images that the daemon neither has nor can pull are built with docker/build.sh.

  --provider-tests   then also the tests of the container provider itself, two minutes more
  --help             this text

The last line is "container stage: passed", "container stage: failed" or
"container stage: did not run: <reason>". The exit code is 1 for failed, else 0.
`

/** The machine has not what it takes; nothing was found wrong with the project. */
class CannotRun extends Error {}

const environment = {
  ...process.env,
  HARNESS_PROVIDER: 'container',
  HARNESS_WORKSPACE: HOME,
  HARNESS_NEEDS_DOCKER: '1',
}
const began = performance.now()
let interrupted = false
/** The command that runs now. */
let running

await main(process.argv.slice(2))

async function main(args) {
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(USAGE)
  const unknown = args.find((word) => word !== '--provider-tests')
  if (unknown !== undefined) {
    process.stderr.write(`no such option: ${unknown}\n${USAGE}`)
    process.exit(2)
  }
  // What was started is ended in order.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      interrupted = true
      if (running) process.kill(-running.pid, signal) // With all that it started.
    })
  const outcome = await stage(args.includes('--provider-tests'))
  say(`${outcome} after ${secondsSince(began)} s`)
  process.stdout.write(`container stage: ${outcome}\n`)
  process.exitCode = outcome === 'failed' ? 1 : 0
}

async function stage(withProviderTests) {
  let daemon
  try {
    if (!existsSync(join(ROOT, 'node_modules/nx'))) throw new CannotRun('the packages are not installed (npm ci)')
    mkdirSync(HOME, { recursive: true, mode: 0o700 })
    if (existsSync(join(ROOT, CONFIGURATION))) copyFileSync(join(ROOT, CONFIGURATION), join(HOME, CONFIGURATION))
    daemon = await findOrStartDaemon()
    await buildMissingImages(Object.keys(IMAGES))
    if (daemon.isOurs) await tryContainer()
    // An image may still have to be pulled, for which no test waits.
    if ((await timed('the servers', process.execPath, [HARNESS, 'up', ...Object.keys(IMAGES)])) !== 0) return 'failed'
    const commands = [
      ['the cache suite', 'npx', ['nx', 'run', 'cache:l3', '--skip-nx-cache']],
      ...(withProviderTests ? [['the tests of the provider', ...(await providerTests())]] : []),
    ]
    let passed = true
    for (const [what, program, args] of commands) passed = (await timed(what, program, args)) === 0 && passed
    return passed ? 'passed' : interrupted ? 'did not run: interrupted' : 'failed'
  } catch (error) {
    if (error instanceof CannotRun) return `did not run: ${interrupted ? 'interrupted' : error.message}`
    process.stderr.write(`${error.stack}\n`)
    return 'failed'
  } finally {
    // Before the daemon, so that the containers of the supervisor are removed and not cut off.
    if (daemon) await command(process.execPath, [HARNESS, 'down'])
    await daemon?.end()
  }
}

async function findOrStartDaemon() {
  if (answers()) {
    say(`a Docker daemon answers${process.env.DOCKER_HOST ? ` at ${process.env.DOCKER_HOST}` : ''}`)
    return { isOurs: false, end: async () => undefined }
  }
  if (process.env.DOCKER_HOST) throw new CannotRun(`no Docker daemon answers at DOCKER_HOST=${process.env.DOCKER_HOST}`)
  if (process.getuid?.() !== 0) throw new CannotRun('no Docker daemon answers, and starting one takes root')
  await install(['dockerd', 'docker'], 'no Docker daemon answers')
  return await startDaemon()
}

function answers() {
  return spawnSync('docker', ['version'], { env: environment, timeout: 10_000 }).status === 0
}

/** Ends with this process, however that ends: the guard sees to it, and to the folder. */
async function startDaemon() {
  const folder = mkdtempSync(join(tmpdir(), 'container-stage-'))
  const log = join(HOME, 'dockerd.log')
  // dockerd leaves the network namespace of the machine mounted, and then its folder cannot be removed.
  const afterwards = join(folder, 'afterwards.sh')
  writeFileSync(afterwards, 'umount "$1"/exec/netns/* 2>/dev/null\n')
  const options = {
    host: `unix://${folder}/docker.sock`,
    pidfile: `${folder}/pid`,
    'exec-root': `${folder}/exec`,
    'data-root': join(HOME, 'docker'),
    ...fairShares(),
  }
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const output = openSync(log, 'w', 0o600)
  say(`starting dockerd, for this run (its log: ${log})`)
  const startedAt = performance.now()
  const guarded = ['TERM', String(DAEMON_GRACE_TENTHS), folder, afterwards, 'dockerd', ...words]
  const guard = spawn('/bin/sh', [GUARD, ...guarded], { detached: true, stdio: ['pipe', output, output] })
  const ended = once(guard, 'exit')
  const end = async () => {
    guard.stdin.end()
    await ended
    say('dockerd has ended')
  }
  environment.DOCKER_HOST = options.host
  while (!answers()) {
    if (guard.exitCode === null && performance.now() - startedAt < DAEMON_WITHIN_MS && !interrupted) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      continue
    }
    await end()
    throw new CannotRun(`dockerd does not start here: ${readFileSync(log, 'utf8').trim().split('\n').at(-1)}`)
  }
  say(`dockerd answers after ${secondsSince(startedAt)} s`)
  return { isOurs: true, end }
}

/**
 * Without systemd all processes of the machine are in the root group of the scheduler, and all containers together in one
 * group that weighs as much as one of them: on a busy machine servers starve. Here each container weighs for itself.
 */
function fairShares() {
  return existsSync('/run/systemd/system') ? {} : { 'exec-opt': 'native.cgroupdriver=cgroupfs', 'cgroup-parent': '/' }
}

/** @throws CannotRun where they are missing and may not be installed */
async function install(programs, situation) {
  const packages = { dockerd: 'docker.io', docker: cliPackage(), debootstrap: 'debootstrap' }
  const missing = programs.filter((program) => !isInstalled(program))
  if (missing.length === 0) return
  const wanted = [...new Set(missing.map((program) => packages[program]))].join(' ')
  const may = process.env.CI === 'true' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!may)
    throw new CannotRun(`${situation}; not installed: ${missing.join(', ')} (Debian: apt-get install ${wanted})`)
  // As in single-user mode, in which packages start no services.
  const quiet = { ...environment, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' }
  const script = `apt-get update --quiet=2 && apt-get install --yes --quiet=2 --no-install-recommends ${wanted}`
  if ((await timed(`installing ${wanted} with apt`, '/bin/sh', ['-c', script], quiet)) !== 0)
    throw new CannotRun(`apt could not install ${wanted}`)
}

/** From Debian 13 on the command is a package of its own. */
function cliPackage() {
  return spawnSync('apt-cache', ['show', 'docker-cli']).status === 0 ? 'docker-cli' : 'docker.io'
}

function isInstalled(program) {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0
}

/** @throws CannotRun where the daemon then still lacks one; Error where an image cannot be built */
async function buildMissingImages(names) {
  const lacking = unserved(names)
  if (lacking.length === 0) return
  for (const { name, obstacle } of lacking) say(`${name}: ${obstacle}`)
  const script = join(ROOT, 'docker/build.sh')
  if (process.getuid?.() === 0) await install(['debootstrap'], 'images have to be built').catch(shown)
  if ((await timed('the base image', script, ['--base'])) !== 0)
    throw new CannotRun('there is no base image to build on')
  const images = [...new Set(lacking.map(({ name }) => IMAGES[name] ?? name))]
  if ((await timed('the images', script, images)) !== 0) throw new Error(`docker/build.sh ${images.join(' ')} failed`)
  const left = unserved(names)
  if (left.length > 0) throw new CannotRun(left[0].obstacle)
}

/** Without debootstrap the base image may still be pulled. */
function shown(error) {
  if (!(error instanceof CannotRun)) throw error
  say(error.message)
}

/** What the container provider would not serve, and why, as the harness itself sees it. */
function unserved(names) {
  const doctor = spawnSync(process.execPath, [HARNESS, 'doctor', '--json'], { env: environment, encoding: 'utf8' })
  if (doctor.stdout === '') throw new Error(`harness doctor says nothing: ${doctor.stderr}`)
  return JSON.parse(doctor.stdout)
    .dependencies.filter(({ name, provider }) => names.includes(name) && provider !== 'container')
    .map(({ name, refused }) => ({ name, obstacle: refused[0]?.obstacle ?? 'no reason is given' }))
}

/** A daemon may run where the machine lets it run no containers; that says nothing of the suite. */
async function tryContainer() {
  const image = 'proving-ground/redis:trixie'
  if (spawnSync('docker', ['image', 'inspect', image], { env: environment }).status !== 0) return // Pulled ones are used.
  const trial = spawnSync('docker', ['run', '--rm', '--memory=64m', '--publish=127.0.0.1::6379', image, 'true'], {
    env: environment,
    encoding: 'utf8',
  })
  if (trial.status !== 0)
    throw new CannotRun(`the daemon runs no containers here: ${trial.stderr.trim().split('\n').at(-1)}`)
}

async function providerTests() {
  await buildMissingImages(['rabbitmq'])
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'packages/core-harness/src/jest/unit.config.mjs']
  return [
    join(ROOT, 'node_modules/.bin/node'),
    ['--experimental-vm-modules', ...jest, '--rootDir', 'packages/core-harness', 'unit/environment/container'],
  ]
}

/** @returns the exit code */
async function timed(what, program, args, env) {
  if (interrupted) throw new CannotRun('interrupted')
  say(`${what}: ${program.replace(`${ROOT}/`, '')} ${args.join(' ')}`)
  const startedAt = performance.now()
  const code = await command(program, args, env)
  say(`${what}: ${code === 0 ? 'done' : `exit code ${code}`} after ${secondsSince(startedAt)} s`)
  return code
}

async function command(program, args, env = environment) {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  running = child
  const [code] = await once(child, 'exit')
  running = undefined
  return code ?? 1
}

function say(text) {
  process.stdout.write(`container-stage: ${text}\n`)
}

function secondsSince(startedAt) {
  return ((performance.now() - startedAt) / 1000).toFixed(1)
}
