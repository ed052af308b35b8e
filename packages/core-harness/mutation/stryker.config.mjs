const HISTORY = 'packages/core-harness/src/history'
/** What checkers are made of, besides themselves. */
const PARTS = 'evidence,field,identity,message-log,moments,multiset,option,token-search,versions'

/**
 * Defects in the checkers themselves, each of which a test has to find. Run from the root of the workspace:
 * `npm run test:mutation`, or for one file `npm run test:mutation -- --mutate packages/core-harness/src/history/checkers/bank.ts`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: [`${HISTORY}/{bank,checkers,isolation,linearizable,mutex}/*.ts`, `${HISTORY}/{${PARTS}}.ts`],
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { projectType: 'custom', configFile: 'packages/core-harness/mutation/jest.config.mjs' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  ignorePatterns: ['.proving-ground', '.nx'],
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { allowEmojis: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: '.proving-ground/mutation/mutation.html' },
  jsonReporter: { fileName: '.proving-ground/mutation/mutation.json' },
  thresholds: { high: 95, low: 90, break: 85 },
}
