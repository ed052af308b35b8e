import { fileURLToPath } from 'node:url'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))

/**
 * The one Jest configuration of the workspace. Every level runs the sources as they are: ES modules, transpiled file by
 * file by ts-jest (types are checked by the `typecheck` target).
 *
 * @param {'unit' | 'l3' | 'l4'} level the folder of a package whose tests run
 */
export function preset(level) {
  return {
    roots: [`<rootDir>/${level}`],
    testMatch: [level === 'unit' ? '**/*.test.ts' : `**/*.${level}.test.ts`],
    testEnvironment: 'node',
    extensionsToTreatAsEsm: ['.ts'],
    transform: {
      '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: `${workspace}/tsconfig.base.json` }],
    },
    injectGlobals: false,
    errorOnDeprecated: true,
    testTimeout: 30_000,
  }
}
