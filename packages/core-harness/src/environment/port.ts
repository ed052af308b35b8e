import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below those that kernels give to outgoing connections, so that nobody gets the port of a server while it is down: not even
 * its own client, which would then be connected to itself.
 */
const FIRST = 15_000
const LAST = 32_000

/** A port of the loopback interface that nothing listens on now. Another process may take it before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer()
  const listening = once(listener, 'listening').then(
    () => true,
    () => false, // Somebody has it.
  )
  listener.listen(port, '127.0.0.1')
  if (!(await listening)) return false
  listener.close()
  await once(listener, 'close')
  return true
}
