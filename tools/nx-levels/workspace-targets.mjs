import { commandTarget } from './target.mjs'

/**
 * The targets of the root project: what concerns the whole workspace, or the files that belong to no package. Types are
 * checked here alone, once for all packages, because they are one program.
 */
export function workspaceTargets() {
  return {
    typecheck: commandTarget({
      description: 'TypeScript over the whole workspace',
      commands: ['tsc -p tsconfig.json'],
      inputs: [
        '{workspaceRoot}/tsconfig.json',
        '{workspaceRoot}/packages/**/*.{ts,mts,json}',
        '{workspaceRoot}/tools/**/*.{ts,mts,json}',
        'sharedGlobals',
      ],
    }),
    lint: commandTarget({
      description: 'ESLint and Prettier over the files outside packages/, and whether CODEOWNERS is up to date',
      commands: [
        'eslint --max-warnings 0 . --ignore-pattern packages/',
        "prettier --check . '!packages/**'",
        'node tools/codeowners.mjs --check',
      ],
      inputs: [
        '{workspaceRoot}/*',
        '{workspaceRoot}/{.ci,.github,docker,tools}/**/*',
        '{workspaceRoot}/packages/*/package.json',
        'lintConfiguration',
        'sharedGlobals',
      ],
    }),
    unit: commandTarget({
      description: 'The tests of tools/',
      commands: ["node --test 'tools/**/*.test.mjs'"],
      inputs: ['{workspaceRoot}/tools/**/*', 'lintConfiguration', 'sharedGlobals'],
    }),
  }
}
