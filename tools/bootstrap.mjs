/**
 * Sets a fresh machine up, then does the main job (`npm start`) or runs all tests (`npm test`). Needs nothing but Node 20
 * and npm; says what it installs, and prints the command where it may not.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const INSTALLED_MARK = join(ROOT, 'node_modules/.proving-ground-installed')
const NODE = join(ROOT, 'node_modules/node/bin/node')
const HARNESS = join(ROOT, 'packages/core-harness/bin/harness.mjs')
const POLICY = '/usr/sbin/policy-rc.d'

const USAGE = `Usage: node tools/bootstrap.mjs start|test|setup [-- arguments]

  start   set up, then run every L3 suite, and every L4 suite in quick mode on a stack
          that it starts on this machine (harness run; arguments go there)
  test    set up, then run all tests of the project (harness verify)
  setup   set up only

Setting up runs npm ci when the lock file changed since the last time, and then, where
Docker does not serve a dependency, installs redis-server and rabbitmq-server with apt on a
Debian machine (as root, or with sudo that asks for no password). Elsewhere it prints the
command to give. For the tests, which open the HTML report in a browser, it installs
chromium in the same way; without it those tests are skipped.
`

const JOBS = { start: ['run', '--level', 'l3', '--level', 'l4', '--quick'], test: ['verify'], setup: undefined }

main()

function main() {
  const [job, ...rest] = process.argv.slice(2)
  if (job === '--help' || job === '-h') return void process.stdout.write(USAGE)
  if (!Object.hasOwn(JOBS, job ?? '')) {
    process.stderr.write(USAGE)
    process.exit(2)
  }
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Node ${process.versions.node} is too old: 20 or later is needed`)
  installPackages()
  installServers()
  if (job === 'test') installBrowser()
  const command = JOBS[job]
  if (command) process.exit(run(NODE, [HARNESS, ...command, ...rest.filter((word) => word !== '--')]))
}

/** npm ci, when the lock file is another one than it was installed from. */
function installPackages() {
  const digest = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
  if (existsSync(INSTALLED_MARK) && readFileSync(INSTALLED_MARK, 'utf8') === digest && existsSync(NODE)) return
  say('installing the packages of the lock file (npm ci)')
  // The npm that runs this script, when there is one: it need not be on the PATH.
  const npm = process.env.npm_execpath
  const [program, ...first] = npm ? [process.execPath, npm] : ['npm']
  const code = run(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) fail(`npm ci failed with code ${code}`)
  if (!existsSync(NODE))
    fail(
      'the npm package "node" brought no binary: were install scripts switched off?',
      'npm config set ignore-scripts false',
    )
  writeFileSync(INSTALLED_MARK, digest)
}

/** Asks the harness which dependencies nothing would serve, and installs what Debian has for them. */
function installServers() {
  const lacking = unserved()
  if (lacking.length === 0) return
  const packages = [
    ...new Set(lacking.flatMap(({ install }) => /^apt-get install (.+)$/.exec(install)?.[1].split(' ') ?? [])),
  ]
  const rest = lacking.filter(({ install }) => !install.startsWith('apt-get install '))
  for (const { name, missing, install } of rest) say(`${name} will not be served: ${missing}. Give: ${install}`)
  if (packages.length === 0) return
  if (!canInstall())
    fail(
      `${lacking.map(({ name }) => name).join(', ')} cannot be served on this machine`,
      `Start Docker, or give: ${rootCommand() ? '' : 'sudo '}${installCommand(packages).join(' ')}`,
    )
  install(packages)
  const still = unserved().map(({ name }) => name)
  if (still.length > 0) fail(`still nothing serves ${still.join(', ')}`, 'npx harness doctor says why.')
}

/** The tests open the HTML report in a real browser; where there is none, and none can be installed, they are skipped. */
function installBrowser() {
  const module = JSON.stringify(join(ROOT, 'packages/core-harness/unit/report/chromium.ts'))
  const look = `import { findChromium } from ${module}; process.exit(findChromium() ? 0 : 1)`
  if (spawnSync(NODE, ['--input-type=module', '-e', look], { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0)
    return
  if (canInstall()) return install(['chromium'])
  say('there is no Chromium: the tests that open the HTML report in a browser will be skipped')
}

function canInstall() {
  return existsSync('/usr/bin/apt-get') && rootCommand() !== undefined
}

function installCommand(packages) {
  return ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages]
}

function install(packages) {
  const asRoot = rootCommand()
  say(`installing ${packages.join(' and ')} with apt`)
  withoutServices(asRoot, () => {
    // The list of packages may be missing or old on a fresh machine, so it is fetched first.
    const [program, ...args] = installCommand(packages)
    const code = run(...asRoot('apt-get', ['update', '-qq'])) || run(...asRoot(program, args))
    if (code !== 0) fail(`apt-get failed with code ${code}`, installCommand(packages).join(' '))
  })
}

/**
 * The dependencies that no provider would serve, with what would let this machine serve them itself. One whose URL or
 * provider the user has chosen is left to the suites, which say what is wrong with the choice.
 *
 * @returns {{ name: string, missing: string, install: string }[]}
 */
function unserved() {
  const asked = spawnSync(NODE, [HARNESS, 'doctor', '--json'], { cwd: ROOT, encoding: 'utf8' })
  if (asked.error) fail(`asking which dependencies can be served: ${asked.error.message}`)
  let report
  try {
    report = JSON.parse(asked.stdout)
  } catch {
    process.stderr.write(asked.stderr)
    fail('asking which dependencies can be served: harness doctor gave no answer')
  }
  return report.dependencies
    .filter(({ provider }) => !provider)
    .flatMap(({ name, refused }) =>
      refused
        .filter(({ provider, remedy }) => provider === 'native' && remedy)
        .map(({ obstacle, remedy }) => ({ name, missing: obstacle, install: remedy })),
    )
}

/** How to run a program as root without a question; undefined when there is no way. */
function rootCommand() {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive']
  if (process.getuid?.() === 0) return (program, args) => [environment[0], [environment[1], program, ...args]]
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return undefined
  return (program, args) => ['sudo', ['-n', ...environment, program, ...args]]
}

/**
 * Debian starts a service when its package is installed. The harness starts servers of its own, so for the time of the
 * installation this policy tells Debian not to.
 */
function withoutServices(asRoot, install) {
  if (existsSync(POLICY)) return install()
  const shell = (script) => execFileSync(...asRoot('sh', ['-c', script]), { stdio: 'ignore' })
  shell(`printf '#!/bin/sh\\nexit 101\\n' > ${POLICY} && chmod 755 ${POLICY}`)
  const remove = () => shell(`rm -f ${POLICY}`)
  process.once('exit', remove)
  try {
    install()
  } finally {
    remove()
    process.removeListener('exit', remove)
  }
}

/** @returns {number} the exit code */
function run(program, args) {
  const { status, error, signal } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' })
  if (error) fail(`starting ${program}: ${error.message}`)
  return status ?? (signal === 'SIGINT' ? 130 : 1)
}

function say(text) {
  process.stdout.write(`proving-ground: ${text}\n`)
}

function fail(text, remedy) {
  process.stderr.write(`proving-ground: ${text}\n${remedy ? `  ${remedy}\n` : ''}`)
  process.exit(1)
}
