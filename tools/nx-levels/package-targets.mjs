import { existsSync } from 'node:fs'

import { filesBelow } from './folder.mjs'
import { commandTarget, noopTarget } from './target.mjs'

const JEST =
  'node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js' +
  ' --config packages/core-harness/src/jest'

/**
 * The targets that the folders of a package ask for.
 *
 * Inputs name a package's own files by positive globs only. Nx applies a negation to everything that a task reads from
 * that project, whatever order it stands in: a negated glob in one named input takes the files away from another.
 *
 * @param {{ name: string, root: string, folder: string, reusable: boolean }} project `root` is relative to the
 *   workspace, `folder` absolute; `reusable`: whether results that depend on the environment may be cached
 */
export function packageTargets(project) {
  return { ...lint(project), ...unit(project), ...l3(project), ...l4(project), ...prove(project) }
}

function lint({ name, root, folder }) {
  return {
    lint: commandTarget({
      description: 'ESLint with the import boundaries, Prettier, and one test for each guarantee',
      commands: [
        `eslint --max-warnings 0 --no-error-on-unmatched-pattern ${root}`,
        `prettier --check ${root}`,
        ...(hasContract(folder) ? [`node packages/core-harness/bin/harness.mjs lint-guarantees ${name}`] : []),
      ],
      inputs: ['{projectRoot}/**/*', '^sources', 'lintConfiguration', 'sharedGlobals'],
    }),
  }
}

function hasContract(folder) {
  return existsSync(`${folder}/src/contract.ts`)
}

function unit({ root, folder }) {
  if (!filesBelow(`${folder}/unit`).some((file) => file.endsWith('.test.ts'))) return {}
  return {
    unit: commandTarget({
      description: 'Jest over unit/',
      commands: [jest('unit', root)],
      inputs: [...sources, '{projectRoot}/unit/**/*', 'environment'],
    }),
  }
}

function l3({ root, folder, reusable }) {
  const files = filesBelow(`${folder}/l3`)
  const tests = files.filter((file) => file.endsWith('.l3.test.ts'))
  if (tests.length === 0) return {}

  // Named one by one: a glob that leaves the tests out would be a negation.
  const support = files.filter((file) => !tests.includes(file)).map((file) => `{projectRoot}/l3/${file}`)
  const shards = tests.map((test) => [
    `l3-ci--${test.slice(0, -'.l3.test.ts'.length)}`,
    commandTarget({
      description: `Jest over l3/${test}`,
      commands: [`${jest('l3', root)} --runTestsByPath ${root}/l3/${test}`],
      inputs: [...levelInputs, `{projectRoot}/l3/${test}`, ...support],
      cache: reusable,
    }),
  ])
  return {
    l3: commandTarget({
      description: 'Jest over l3/, on real dependencies',
      commands: [jest('l3', root)],
      inputs: [...levelInputs, '{projectRoot}/l3/**/*'],
      cache: reusable,
    }),
    ...Object.fromEntries(shards),
    'l3-ci': noopTarget({
      description: 'Every file of l3/ as a task of its own',
      dependsOn: shards.map(([name]) => name),
      inputs: [...levelInputs, '{projectRoot}/l3/**/*'],
    }),
  }
}

function l4({ root, folder }) {
  if (!hasL4(folder)) return {}
  return {
    l4: commandTarget({
      description: 'Jest over l4/, against the deployed stack under load',
      commands: [jest('l4', root)],
      inputs: [...levelInputs, '{projectRoot}/l4/**/*', '{workspaceRoot}/docker/**/*'],
      // A measurement is of one moment, and a neighbour on the machine would be measured with it.
      cache: false,
      parallelism: false,
    }),
  }
}

function hasL4(folder) {
  return filesBelow(`${folder}/l4`).some((file) => file.endsWith('.l4.test.ts'))
}

function prove({ name, folder, reusable }) {
  if (filesBelow(`${folder}/defects`).length === 0) return {}
  const measures = hasL4(folder)
  return {
    prove: commandTarget({
      description: 'Every defect of defects/ against l3/ and l4/: each must be caught',
      commands: [`node packages/core-harness/bin/harness.mjs prove ${name}`],
      inputs: [...levelInputs, '{projectRoot}/l3/**/*', '{projectRoot}/l4/**/*', '{projectRoot}/defects/**/*'],
      cache: reusable && !measures,
      parallelism: !measures,
    }),
  }
}

const sources = ['sources', '^sources', '{projectRoot}/bench/**/*', '{projectRoot}/examples/**/*', 'sharedGlobals']

/** What every level reads that runs an adapter on dependencies; ADAPTER can choose any file of adapters/. */
const levelInputs = [...sources, '{projectRoot}/adapters/**/*', 'environment']

/** @param {'unit' | 'l3' | 'l4'} level */
function jest(level, root) {
  return `${JEST}/${level}.config.mjs --rootDir ${root}`
}
