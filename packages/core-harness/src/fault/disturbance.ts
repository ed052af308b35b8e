/** Which way the bytes go: `up` from the client to the server, `down` back. */
export type Direction = 'up' | 'down'

/** What a proxy does to the connections that go through it. */
export type Disturbance =
  | {
      /** Each piece arrives so much later, in order, while others are under way. */
      readonly kind: 'latency'
      readonly latencyMs: number
      /** Added to it, drawn evenly from 0 up to so much. */
      readonly jitterMs?: number
      /** Of the jitter; 1 when left out. */
      readonly seed?: number
      /** Both when left out. */
      readonly direction?: Direction
    }
  | {
      /** So many bytes in a second each way, shared by all connections. */
      readonly kind: 'bandwidth'
      readonly bytesPerSecond: number
      readonly direction?: Direction
    }
  | {
      /**
       * Without a direction: all connections are reset, and new ones refused. With one: nothing passes that way any more, and
       * what was sent meanwhile arrives after the heal, as TCP does when packets are lost.
       */
      readonly kind: 'cut'
      readonly direction?: Direction
    }
  /** All connections are reset; new ones are accepted and reset. */
  | { readonly kind: 'reset' }
  /** New connections are refused; open ones go on. */
  | { readonly kind: 'refuse' }
  /** A connection ends when so many bytes more have passed, both ways together or in one direction. */
  | { readonly kind: 'drop'; readonly afterBytes: number; readonly direction?: Direction }
  /** Open connections fall silent, and new ones are accepted and never answered: nobody is told anything, until the heal. */
  | { readonly kind: 'hang' }
