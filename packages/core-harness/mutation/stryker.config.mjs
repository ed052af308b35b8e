const { MUTATION_REPORT: report = 'mutation' } = process.env

/**
 * Defects in the checkers themselves, each of which a test has to find. tools/mutation.mjs runs it for one checker after
 * the other, with the tests of that checker.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    configFile: 'packages/core-harness/mutation/jest.config.mjs',
    // Jest does not see that a test is related to what the file that it imports imports: no test would run.
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A starved machine is not what kills a defect.
  timeoutMS: 30_000,
  timeoutFactor: 3,
  ignorePatterns: ['.proving-ground', '.nx'],
  tempDirName: '.stryker-tmp',
  reporters: ['html', 'json'],
  htmlReporter: { fileName: `.proving-ground/mutation/${report}.html` },
  jsonReporter: { fileName: `.proving-ground/mutation/${report}.json` },
}
