import type { Fault } from './fault.ts'

/** A server, a service or a node that can be stopped and go on: a LeasedServer, a StagingInstance, a HostedNode. */
export interface Pausable {
  pause(): Promise<void>
  resume(): Promise<void>
}

/** One that can be killed and started anew: a LeasedServer, a StagingInstance. */
export interface Killable {
  kill(): Promise<void>
  restart(): Promise<void>
}

/** Stops all its processes (SIGSTOP, `docker pause`): its connections stay open and nothing answers. Heals by letting them go on. */
export function pause(target: string, server: Pausable): Fault {
  return switched(
    'pause',
    target,
    () => server.pause(),
    () => server.resume(),
  )
}

/** Kills it outright. Heals by starting it anew at the same address. */
export function kill(target: string, server: Killable): Fault {
  return switched(
    'kill',
    target,
    () => server.kill(),
    () => server.restart(),
  )
}

/** Ends it in order and starts it anew. It is over when it has begun: there is nothing to heal. */
export function restart(target: string, server: Pick<Killable, 'restart'>): Fault {
  return switched(
    'restart',
    target,
    () => server.restart(),
    () => Promise.resolve(),
  )
}

/** `begin` resolves only when the state was observed, which is what it touched. */
function switched(kind: string, target: string, on: () => Promise<void>, off: () => Promise<void>): Fault {
  let isBegun = false
  let touched = 0
  return {
    kind,
    target,
    async begin() {
      touched = 0
      isBegun = true // Also when it fails halfway: healing is then due all the same.
      await on()
      touched = 1
    },
    async heal() {
      if (!isBegun) return
      await off()
      isBegun = false
    },
    touched: () => touched,
  }
}
