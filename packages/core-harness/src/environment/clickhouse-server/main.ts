/**
 * ClickHouse's HTTP interface over the embedded engine of `chdb`, as a process of its own.
 *
 * Prints one line of JSON when it is ready. Exit codes: 0 after SIGTERM, SIGINT or the end of stdin; 1 when it could not
 * start; 2 for a wrong command line; 3 when `chdb` is missing or has no build for this platform.
 */
// Read when the pool is first used, so before anything else. More than MAX_CONCURRENT_STATEMENTS (see engine.ts).
process.env['UV_THREADPOOL_SIZE'] = String(Math.max(40, Number(process.env['UV_THREADPOOL_SIZE']) || 0))

const { CommandLineError, USAGE, readCommandLine } = await import('./command-line.ts')
const { EngineUnavailableError } = await import('./native-binding.ts')
const { startServer } = await import('./server.ts')

try {
  const options = readCommandLine(process.argv.slice(2))
  const server = await startServer(options, process.env)
  process.stdout.write(`${JSON.stringify({ ready: true, port: server.port, version: server.version })}\n`)

  const stop = () => {
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(1, error),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (options.exitWithStdin) {
    process.stdin.once('end', stop).once('error', stop)
    process.stdin.resume()
  }
} catch (error) {
  if (error instanceof EngineUnavailableError) fail(3, error)
  else if (error instanceof CommandLineError) fail(2, `${error.message}\n${USAGE}`)
  else fail(1, error)
}

function fail(code: number, reason: unknown) {
  process.stderr.write(`${reason instanceof Error ? reason.message : String(reason)}\n`)
  process.exit(code)
}

export {}
