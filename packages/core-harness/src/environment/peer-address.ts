/** Where a server is reached by another server. */
export interface PeerAddress {
  readonly host: string
  readonly port: number
}

/** Of URL schemes that servers are given with. */
const USUAL_PORTS: Readonly<Record<string, number>> = {
  'redis:': 6379,
  'rediss:': 6379,
  'postgres:': 5432,
  'postgresql:': 5432,
  'amqp:': 5672,
  'amqps:': 5671,
  'http:': 80,
  'https:': 443,
}

/** Host and port of a URL, the port that is usual for its scheme where it names none. */
export function addressIn(url: string): PeerAddress {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (USUAL_PORTS[protocol] ?? 0) : Number(port) }
}
