/** A service for the tests of hosting: what a node can do to the process that it runs in. */
export default {
  contract: 'hosting-test',
  name: 'hosting-test',
  offers: [],
  open: async (options: { fail?: string; exit?: number; slowMs?: number; onOpen?: (id: number) => Promise<void> }) => {
    if (options.fail !== undefined) throw Object.assign(new Error(options.fail), { code: 'E_OPEN' })
    if (options.exit !== undefined) {
      console.error('the last words of the adapter')
      process.exit(options.exit)
    }
    if (options.slowMs !== undefined) await new Promise((resolve) => setTimeout(resolve, options.slowMs))
    await options.onOpen?.(process.pid)
    let closed = 0
    return {
      id: () => process.pid,
      echo: (value: unknown) => value,
      nested: { deep: { add: (a: number, b: number) => a + b } },
      environment: (name: string) => process.env[name],
      arguments: () => process.execArgv,
      crash: () => {
        console.log('about to crash')
        setImmediate(() => {
          throw new Error('nobody catches this')
        })
        return new Promise(() => undefined)
      },
      hang: () => new Promise(() => undefined),
      closed: () => closed,
      close: async () => {
        closed++
        await Promise.resolve()
      },
    }
  },
}
