import type { Socket } from 'node:net'

/**
 * Closes a connection by a reset. One that is just coming to its end in order is closed without: libuv refuses to reset it
 * (EINVAL), and Node would then neither close it nor say so.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}
