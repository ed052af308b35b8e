import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

import { stateFolder } from '../../src/environment/workspace.ts'
import { findChromium } from './chromium.ts'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
const REASON = 'there is no Chromium: install one (apt-get install chromium), or set CHROMIUM to its absolute path'

const program = findChromium()
// In CI a browser that is missing is a fault of the set-up, and no reason to see less.
/** A test that needs a browser. */
export const inBrowser = program === undefined && process.env.CI !== 'true' ? test.skip : test
if (program === undefined) process.stderr.write(`unit/report: no page is opened, ${REASON}\n`)

let browser: Browser
let folder = ''
/** The one that was opened last. */
export let page: Page
/** What a page has no business to do: errors, dialogs, requests. */
let trouble: string[] = []

/** Before the tests of a file, writes pages, by name of the file, and starts a browser. */
export function withPages(pages: () => Readonly<Record<string, string>>): void {
  beforeAll(async () => {
    if (program === undefined) {
      if (process.env.CI === 'true') throw new Error(REASON)
      return
    }
    folder = mkdtempSync(join(tmpdir(), 'proving-ground-report-'))
    for (const [name, content] of Object.entries(pages())) writeFileSync(join(folder, name), content)
    browser = await chromium.launch({ executablePath: program, headless: true, args: [...FLAGS, '--disable-sync'] })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    if (folder !== '') rmSync(folder, { recursive: true })
  }, 30_000)

  beforeEach(() => {
    trouble = []
  })

  afterEach(async () => {
    await page?.context().close()
    expect(trouble).toEqual([])
  })
}

export async function open(file: string, options: BrowserContextOptions = {}): Promise<void> {
  const [name = '', hash = ''] = file.split('#')
  const url = `${pathToFileURL(join(folder, name)).href}${hash === '' ? '' : `#${hash}`}`
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  page = await context.newPage()
  page.on('console', (message) => trouble.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(url.split('#')[0] ?? url) && !request.url().startsWith('data:'))
      trouble.push(`request: ${request.url()}`)
  })
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
}

export async function keepScreenshot(name: string): Promise<void> {
  const artefacts = join(stateFolder('artefacts'), 'report')
  mkdirSync(artefacts, { recursive: true })
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true })
}
