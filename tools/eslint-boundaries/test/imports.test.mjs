import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { RuleTester } from 'eslint'
import tseslint from 'typescript-eslint'
import { imports } from '../imports.mjs'

RuleTester.describe = describe
RuleTester.it = it

const workspace = mkdtempSync(join(tmpdir(), 'eslint-boundaries-'))
after(() => rmSync(workspace, { recursive: true, force: true }))
const packages = join(workspace, 'packages')

for (const [name, dependencies] of Object.entries({
  'core-harness': [],
  'llm-sandbox': ['core-harness', 'cache'],
  cache: ['core-harness', 'llm-sandbox', 'messaging'],
  messaging: [],
  gateway: ['core-harness', 'cache'],
})) {
  mkdirSync(join(packages, name), { recursive: true })
  const dependenciesByName = Object.fromEntries(
    dependencies.map((dependency) => [`@proving-ground/${dependency}`, '*']),
  )
  writeFileSync(join(packages, name, 'package.json'), JSON.stringify({ dependencies: dependenciesByName }))
}

const code = (file, source) => ({
  name: `${file}: ${source}`,
  code: source,
  filename: join(packages, file),
  options: [{ packages }],
})
const allowed = (file, specifier) => code(file, `import '${specifier}'`)
const refused = (file, specifier, violation) => ({
  ...code(file, `import '${specifier}'`),
  errors: [{ message: violation }],
})

const CORE = 'core-harness/src'

new RuleTester({ languageOptions: { parser: tseslint.parser } }).run('boundaries/imports', imports, {
  valid: [
    allowed('cache/src/server.ts', 'node:net'),
    allowed('cache/src/server.ts', 'ioredis'),
    allowed('cache/src/server.ts', '@proving-ground/core-harness/guarantee'),
    allowed('cache/l3/llm.l3.test.ts', '@proving-ground/llm-sandbox/client'),
    allowed('gateway/src/routes.ts', '@proving-ground/cache/http'),
    allowed('llm-sandbox/src/server.ts', '@proving-ground/core-harness/environment'),
    allowed('cache/src/server.ts', '@proving-ground/cache/http'),

    allowed('cache/src/reference/node.ts', '../contract.ts'),
    allowed('cache/src/reference/node.ts', '../../package.json'),
    allowed('cache/l3/coherence.l3.test.ts', './cluster.ts'),
    allowed('cache/l3/coherence.l3.test.ts', '../adapters/bentocache.ts'),
    allowed('cache/unit/key.test.ts', '../src/key.ts'),
    allowed('cache/defects/stale.ts', '../adapters/bentocache.ts'),
    allowed('core-harness/unit/prove.test.ts', '../examples/counter.ts'),

    allowed(`${CORE}/cli/run.ts`, '../jest/environment.ts'),
    allowed(`${CORE}/cli/prove.ts`, '../guarantee/prove.ts'),
    allowed(`${CORE}/jest/reporter.ts`, '../report/junit.ts'),
    allowed(`${CORE}/jest/environment.ts`, '../guarantee/index.ts'),
    allowed(`${CORE}/report/html.ts`, '../run/record.ts'),
    allowed(`${CORE}/run/record.ts`, '../guarantee/contract.ts'),
    allowed(`${CORE}/run/record.ts`, '../objective/verdict.ts'),
    allowed(`${CORE}/objective/verdict.ts`, '../metrics/histogram.ts'),
    allowed(`${CORE}/guarantee/prove.ts`, '../environment/index.ts'),
    allowed(`${CORE}/guarantee/prove.ts`, '../history/journal.ts'),
    allowed(`${CORE}/fault/kill.ts`, '../environment/catalog.ts'),
    allowed(`${CORE}/metrics/sampler.ts`, '../environment/container.ts'),
    allowed(`${CORE}/environment/providers/native.ts`, '../catalog.ts'),
    allowed(`${CORE}/environment/providers/native.ts`, '../../failure.ts'),
  ],
  invalid: [
    refused('core-harness/l3/lease.l3.test.ts', '@proving-ground/cache', /core-harness serves every package/),
    refused('cache/src/server.ts', '@proving-ground/messaging/http', /A service package does not import another one/),
    refused('gateway/src/routes.ts', '@proving-ground/cache', /only the http adapter/),
    refused('gateway/src/routes.ts', '@proving-ground/cache/https', /only the http adapter/),
    refused('gateway/src/routes.ts', '@proving-ground/messaging/http', /not in the package\.json/),
    refused('messaging/src/queue.ts', '@proving-ground/core-harness/guarantee', /not in the package\.json/),
    refused('cache/l3/llm.l3.test.ts', '@proving-ground/llm-sandbox/server', /Of a sandbox only its client/),
    refused('llm-sandbox/src/server.ts', '@proving-ground/cache', /A sandbox imports core-harness alone/),

    refused('cache/src/server.ts', '../../core-harness/src/guarantee/index.ts', /leaves the package cache/),
    refused('cache/src/server.ts', '../../../tools/codeowners.mjs', /leaves the package cache/),

    refused('cache/src/server.ts', '../adapters/bentocache.ts', /targets of src\/ read src\/ and not adapters\//),
    refused('cache/unit/key.test.ts', '../l3/cluster.ts', /targets of unit\/ read .* and not l3\//),
    refused('cache/l3/coherence.l3.test.ts', '../defects/stale.ts', /targets of l3\/ read .* and not defects\//),
    refused('cache/l3/coherence.l3.test.ts', '../unit/clock.ts', /targets of l3\/ read .* and not unit\//),

    refused(`${CORE}/environment/index.ts`, '../metrics/sampler.ts', /environment\/ may not import metrics\//),
    refused(`${CORE}/metrics/histogram.ts`, '../workload/runner.ts', /metrics\/ may not import workload\//),
    refused(`${CORE}/workload/runner.ts`, '../history/journal.ts', /workload\/ may not import history\//),
    refused(`${CORE}/objective/verdict.ts`, '../guarantee/contract.ts', /objective\/ may not import guarantee\//),
    refused(`${CORE}/guarantee/prove.ts`, '../run/record.ts', /guarantee\/ may not import run\//),
    refused(`${CORE}/guarantee/prove.ts`, '../report/json.ts', /guarantee\/ may not import report\//),
    refused(`${CORE}/guarantee/prove.ts`, '../cli/prove.ts', /guarantee\/ may not import cli\//),
    refused(`${CORE}/run/record.ts`, '../report/json.ts', /run\/ may not import report\//),
    refused(`${CORE}/report/json.ts`, '../jest/reporter.ts', /report\/ may not import jest\//),
    refused(`${CORE}/jest/reporter.ts`, '../cli/run.ts', /jest\/ may not import cli\//),
    refused(`${CORE}/failure.ts`, './run/record.ts', /src itself imports no folder/),
    refused(`${CORE}/misc/clock.ts`, '../run/record.ts', /misc\/ is not among the layers/),
    refused(`${CORE}/environment/index.ts`, '@proving-ground/core-harness/run', /environment\/ may not import run\//),

    ...[
      "export * from '../../messaging/src/queue.ts'",
      "export { queue } from '../../messaging/src/queue.ts'",
      "const queue = await import('../../messaging/src/queue.ts')",
      "type Queue = import('../../messaging/src/queue.ts').Queue",
      "import type { Queue } from '../../messaging/src/queue.ts'",
    ].map((source) => ({ ...code('cache/src/server.ts', source), errors: [{ messageId: 'violation' }] })),
  ],
})
