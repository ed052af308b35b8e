import { execFile, execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url))
const CONFIGURATION = ['.gitignore', 'nx.json', 'package.json', 'tsconfig.base.json', 'tsconfig.json']
const NX = join(WORKSPACE, 'node_modules/nx/dist/bin/nx.js')

/**
 * A git repository in a temporary folder, with the configuration and the plugin of this workspace and with small
 * packages: core-harness; cache and messaging, which depend on it; gateway, which depends on cache too. `remove` takes
 * it away, as does the end of the process.
 */
export class ScratchWorkspace {
  #removal = new AbortController()

  constructor() {
    this.root = mkdtempSync(join(realpathSync(tmpdir()), 'nx-levels-'))
    process.once('exit', () => this.remove())
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

    for (const file of CONFIGURATION) cpSync(join(WORKSPACE, file), join(this.root, file))
    cpSync(join(WORKSPACE, 'tools/nx-levels'), join(this.root, 'tools/nx-levels'), {
      recursive: true,
      filter: (path) => !path.endsWith('test'),
    })
    symlinkSync(join(WORKSPACE, 'node_modules'), join(this.root, 'node_modules'))
    this.write('package-lock.json', '{ "lockfileVersion": 3, "packages": {} }')
    this.write('packages/core-harness/src/jest/preset.mjs', 'export const preset = {}')
    for (const level of ['unit', 'l3', 'l4']) {
      this.write(`packages/core-harness/src/jest/${level}.config.mjs`, JEST_CONFIGURATION(level))
    }
    this.write('packages/core-harness/bin/harness.mjs', 'console.log(process.argv.slice(2).join(" "))')
    this.addPackage('core-harness', [])
    this.addPackage('cache', ['core-harness'])
    this.addPackage('messaging', ['core-harness'])
    this.addPackage('gateway', ['core-harness', 'cache'])
    this.git('init', '--quiet', '--initial-branch=main')
    // The pattern `node_modules/` of .gitignore does not match a link.
    this.write('.git/info/exclude', 'node_modules')
    this.commit('start')
  }

  /** Every folder that a package may have, with one file in each but two in l3/. */
  addPackage(name, dependencies) {
    const root = `packages/${name}`
    this.write(
      `${root}/package.json`,
      JSON.stringify({
        name: `@proving-ground/${name}`,
        type: 'module',
        dependencies: Object.fromEntries(dependencies.map((dependency) => [`@proving-ground/${dependency}`, '*'])),
        nx: { name },
      }),
    )
    this.write(`${root}/README.md`, name)
    this.write(`${root}/src/contract.ts`, `export const contract = '${name}'`)
    this.write(`${root}/adapters/library.ts`, `export const adapter = '${name}'`)
    this.write(`${root}/defects/stale.ts`, `export const defect = '${name}'`)
    this.write(`${root}/unit/contract.test.ts`, PASSING_TEST)
    this.write(`${root}/l3/cluster.ts`, `export const nodes = 2`)
    this.write(`${root}/l3/coherence.l3.test.ts`, PASSING_TEST)
    this.write(`${root}/l3/expiry.l3.test.ts`, PASSING_TEST)
    this.write(`${root}/l4/load.l4.test.ts`, PASSING_TEST)
  }

  write(path, text) {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), `${text}\n`)
  }

  append(path, text) {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    appendFileSync(join(this.root, path), text)
  }

  replace(path, pattern, replacement) {
    const text = readFileSync(join(this.root, path), 'utf8')
    writeFileSync(join(this.root, path), text.replace(pattern, replacement))
  }

  delete(path) {
    rmSync(join(this.root, path), { recursive: true })
  }

  git(...parameters) {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
    return execFileSync('git', [...identity, ...parameters], { cwd: this.root, encoding: 'utf8' })
  }

  commit(message) {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--message', message)
  }

  /**
   * Runs Nx and resolves with what it prints. What this process has in its environment of the variables that the levels
   * look at is left out; `environment` is added.
   */
  async nx(parameters, environment = {}) {
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(NX_|HARNESS_|ADAPTER$|NODE_TEST|.*_URL$)/.test(name)),
    )
    const { stdout } = await promisify(execFile)(process.execPath, [NX, ...parameters], {
      cwd: this.root,
      // One process less to start for every run; the plugin is the same.
      env: { ...inherited, NX_ISOLATE_PLUGINS: 'false', ...environment },
      maxBuffer: 64 * 1024 * 1024,
      signal: this.#removal.signal,
      killSignal: 'SIGKILL',
    })
    return stdout
  }

  /** The tasks, sorted, that `nx affected` would run for what differs from `base`. */
  async affectedTasks(targets, base) {
    const graph = await this.nx(['affected', '--graph=stdout', `--base=${base}`, '-t', ...targets])
    return Object.keys(JSON.parse(graph).tasks.tasks).sort()
  }

  /** Ends the Nx that still runs, too, as it would write its files into the folder anew. */
  remove() {
    this.#removal.abort()
    rmSync(this.root, { recursive: true, force: true })
  }
}

const PASSING_TEST = `import { test } from '@jest/globals'
test('passes', () => {})`

const JEST_CONFIGURATION = (level) => `export default {
  roots: ['<rootDir>/${level}'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
}`
