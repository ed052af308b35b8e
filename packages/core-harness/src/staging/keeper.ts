/**
 * Keeps a local staging after `harness staging up` has ended: starts it, says on standard output how that went, and ends it
 * when it is told to over a local socket, or by a signal. When it is killed outright, its services end with it, and the
 * supervisor takes their leases back.
 *
 * Arguments: how many instances of each service, the file for their token, and the folders of the packages.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'

import { EnvironmentClient } from '../environment/client.ts'
import { receiveLines } from '../environment/lines.ts'
import { packError, sendLine } from '../environment/protocol.ts'
import { supervisorToken } from '../environment/supervisor-address.ts'
import { askKeeper, keeperAddress } from './kept-staging.ts'
import type { KeeperQuestion, KeptInstance, KeeperReport } from './kept-staging.ts'
import { loadService } from './service-declaration.ts'
import { openStaging } from './staging.ts'
import type { Staging } from './staging.ts'

const LONGEST_QUESTION_BYTES = 4_096
const ASKS_WITHIN_MS = 5_000

const [instances, tokenFile, ...packages] = process.argv.slice(2)
if (instances === undefined || tokenFile === undefined || packages.length === 0) {
  process.stderr.write('this program is started by harness staging up\n')
  process.exit(2)
}

const stagings: { readonly service: string; readonly staging: Staging }[] = []
const token = supervisorToken()
const told = Promise.withResolvers<void>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => told.resolve())
// Whoever asked for the staging is gone before it was there.
process.stdout.on('error', () => told.resolve())

// The socket file of one that was killed.
if (!keeperAddress.startsWith('\0') && (await askKeeper('status')) === undefined) rmSync(keeperAddress, { force: true })
const listener = createServer((socket) => answer(socket))
listener.once('error', (error) => end({ error: packError(error) }))
listener.listen(keeperAddress, () => void keep())

async function keep(): Promise<void> {
  let client: EnvironmentClient | undefined
  let opening: Promise<void> | undefined
  let failure: unknown
  try {
    client = await EnvironmentClient.connect()
    opening = openAll(client)
    // Told to end while it starts: what comes up is taken down again below.
    await Promise.race([opening, told.promise])
    if (stagings.length === packages.length) report({ ready: kept() })
    await told.promise
    await opening
  } catch (error) {
    failure = error
  }
  await Promise.allSettled(stagings.map(({ staging }) => staging.close()))
  client?.close()
  rmSync(tokenFile as string, { force: true })
  end(failure === undefined ? undefined : { error: packError(failure) })
}

async function openAll(client: EnvironmentClient): Promise<void> {
  const serviceToken = randomBytes(24).toString('hex')
  writeFileSync(tokenFile as string, serviceToken, { mode: 0o600 })
  for (const packageDirectory of packages) {
    const service = await loadService(packageDirectory)
    const spec = { service, packageDirectory, instances: Number(instances), variables: {}, token: serviceToken }
    stagings.push({ service: service.name, staging: await openStaging(spec, client) })
  }
}

function kept(): KeptInstance[] {
  return stagings.flatMap(({ service, staging }) =>
    staging.instances.map(({ url, processId }) => ({ service, url, processId: processId as number })),
  )
}

function report(said: KeeperReport): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

function answer(socket: Socket): void {
  socket.setTimeout(ASKS_WITHIN_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy()) // Whoever asked is gone.
  const receive = (message: unknown): void => {
    const { token: shown, ask } = message as { readonly token?: unknown; readonly ask?: KeeperQuestion }
    if (!isSame(String(shown))) return void socket.destroy()
    socket.setTimeout(0)
    sendLine(socket, kept())
    if (ask === 'down') told.resolve() // The end of this process is the answer.
  }
  receiveLines(socket, receive, () => LONGEST_QUESTION_BYTES)
}

/** Takes as long for any candidate. */
function isSame(candidate: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(candidate), digest(token))
}

/** A write to a pipe has happened when it returns. */
function end(said?: KeeperReport): never {
  if (said) report(said)
  process.exit(0)
}
