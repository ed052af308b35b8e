/** Where the browser is that opens the HTML report in tests. Run as a program it prints the path, or exits with 1. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * The program that `CHROMIUM` names, else one in the usual places.
 *
 * @returns {string | undefined}
 */
export function findChromium(environment = process.env) {
  return environment.CHROMIUM || USUAL_PLACES.find((path) => existsSync(path))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = findChromium()
  if (path === undefined) process.exit(1)
  console.log(path)
}
