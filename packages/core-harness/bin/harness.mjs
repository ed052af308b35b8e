#!/usr/bin/env node
/**
 * The `harness` command. Its sources are TypeScript: a Node that cannot run them hands over to the one that the workspace
 * brings. Plain JavaScript of 2020, so that an old Node gets far enough to say so.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const BUNDLED = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url))
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

if (process.features.typescript) {
  const { main } = await import('../src/cli/main.ts')
  process.exit(await main(process.argv.slice(2)))
} else if (existsSync(BUNDLED)) {
  handOver()
} else {
  process.stderr.write(
    `harness: Node ${process.versions.node} cannot run TypeScript sources, and ${BUNDLED} is not there\n` +
      '  Run npm ci, which brings a Node that can, or use Node 22.18, 23.6 or later.\n',
  )
  process.exit(1)
}

/** Runs this file again with the bundled Node. The channel between the two tells the other when this one was killed. */
function handOver() {
  const self = fileURLToPath(import.meta.url)
  const args = ['--disable-warning=ExperimentalWarning', self, ...process.argv.slice(2)]
  const command = spawn(BUNDLED, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of SIGNALS) process.on(signal, () => command.kill(signal))
  command.on('error', (error) => {
    process.stderr.write(`harness: starting ${BUNDLED}: ${error.message}\n  Run npm ci.\n`)
    process.exit(1)
  })
  command.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
