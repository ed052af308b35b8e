import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { RunDirectory } from '../run/run-directory.ts'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))
const guaranteeReporter = fileURLToPath(new URL('./guarantee-reporter.ts', import.meta.url))
const transform = fileURLToPath(new URL('./transform.ts', import.meta.url))
const countReporter = fileURLToPath(new URL('./count-reporter.ts', import.meta.url))

/**
 * The one Jest configuration of the workspace. Every level runs the sources as they are: ES modules, transpiled file by
 * file by ts-jest (types are checked by the `typecheck` target).
 *
 * @param level the folder of a package whose tests run
 */
export function preset(level: 'unit' | 'l3' | 'l4') {
  return {
    // One for all runs, and all trials of prove: Jest keeps transpiled files by it.
    id: 'proving-ground',
    roots: [`<rootDir>/${level}`],
    testMatch: [level === 'unit' ? '**/*.test.ts' : `**/*.${level}.test.ts`],
    testEnvironment: 'node',
    extensionsToTreatAsEsm: ['.ts'],
    transform: {
      '^.+\\.ts$': [transform, { useESM: true, tsconfig: join(workspace, 'tsconfig.base.json') }],
    },
    injectGlobals: false,
    errorOnDeprecated: true,
    testTimeout: 30_000,
  }
}

/** The preset for a package's own tests. */
export function unitPreset() {
  // A fixture is a package of its own, whose tests the tests run.
  return {
    ...preset('unit'),
    testPathIgnorePatterns: ['/node_modules/', '/fixtures/'],
    reporters: ['default', countReporter],
    // Jest leaves one core to itself, but many of these wait for servers to start.
    maxWorkers: availableParallelism(),
  }
}

/**
 * The preset for a level of guarantees: their tests leave notes in the folder of the run, and the reporter writes its record.
 */
export function guaranteePreset(level: 'l3' | 'l4') {
  const directory = RunDirectory.shared() ?? RunDirectory.create()
  const notesDirectory = directory.notesDirectory(`${level}-${process.pid}`)
  return {
    ...preset(level),
    globals: { harness: { notesDirectory, runDirectory: directory.path } },
    // At L3 tests wait for servers more than they compute; at L4 each would be measured with its neighbour.
    maxWorkers: level === 'l3' ? 2 * availableParallelism() : 1,
    reporters: [
      [guaranteeReporter, { level, directory: directory.path, isShared: directory.isShared, notesDirectory }],
    ],
  }
}
