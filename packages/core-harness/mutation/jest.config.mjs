import { fileURLToPath } from 'node:url'

import { preset } from '../src/jest/preset.ts'

/** The tests of the checkers, as Stryker runs them: in its copy of the workspace, on files that it has put defects into. */
export default {
  ...preset('unit'),
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  roots: ['<rootDir>/unit/history/checkers'],
  setupFiles: ['<rootDir>/mutation/no-shrinking.mjs'],
  testSequencer: '<rootDir>/mutation/quick-first.mjs',
}
