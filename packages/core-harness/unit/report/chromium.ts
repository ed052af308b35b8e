import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const PLACES = [
  '/snap/bin',
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
]
const MAC_NAMES = ['Google Chrome', 'Chromium']

/**
 * The program that `CHROMIUM` names, or one in the usual places; undefined when there is none.
 *
 * @throws Error when `CHROMIUM` names none: it is an order, and not an offer
 */
export function findChromium(environment = process.env): string | undefined {
  const given = environment.CHROMIUM
  if (given) {
    if (isAbsolute(given) && isProgram(given)) return given
    throw new Error(`CHROMIUM=${given} is not the absolute path of a program`)
  }
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin', ...PLACES].filter((one) => one !== '')
  return folders.flatMap((folder) => [...NAMES, ...MAC_NAMES].map((name) => join(folder, name))).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false // Not there, or nothing that may be run: the next place may have it.
  }
}
