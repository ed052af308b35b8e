import { fileURLToPath } from 'node:url'

import { preset } from '../src/jest/preset.ts'

const { testMatch, ...unit } = preset('unit')

/**
 * The tests of the checkers, as Stryker runs them: in its copy of the workspace, on files that it has put defects into.
 * MUTATION_TESTS is a pattern for the paths of those that are wanted.
 */
export default {
  ...unit,
  ...(process.env.MUTATION_TESTS ? { testRegex: process.env.MUTATION_TESTS } : { testMatch }),
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  roots: ['<rootDir>/unit/history/checkers'],
  setupFiles: ['<rootDir>/mutation/no-shrinking.mjs'],
  testSequencer: '<rootDir>/mutation/quick-first.mjs',
}
