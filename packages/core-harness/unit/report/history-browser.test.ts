import { expect } from '@jest/globals'

import { eventually } from '../../src/guarantee/eventually.ts'
import { toHtml } from '../../src/report/html/page.ts'
import { inBrowser, keepScreenshot, open, page, withPages } from './opened-page.ts'
import { PAUSE, history, historyEvidence, lostWrite, sampleOperations, staleRead } from './sample-history.ts'
import { historyRecord } from './sample-history-record.ts'
import { guarantee, hostileRecord, part, record } from './sample-records.ts'

const MANY = sampleOperations(10_000)
const TOO_MANY = sampleOperations(12_000)

function withHistory(count: number, marked: readonly number[]) {
  const evidence = historyEvidence('many', [staleRead(MANY.slice(0, 5), marked)], count)
  return record([part('cache', [guarantee('cache.history.many', 'failed', { histories: [evidence] })])], 'fail')
}

function hostileHistory() {
  const text = '</script><img src=x onerror="document.title = 1">\u202e'
  return history(
    lostWrite().map((one) => ({ ...one, f: `read ${text}`, key: text, input: { [text]: [text] }, error: text })),
    [{ ...PAUSE, target: text }],
  )
}

withPages(() => ({
  'history.html': toHtml(historyRecord(), {}, ({ name }) => history(name === 'bank' ? [] : lostWrite())),
  'missing.html': toHtml(historyRecord()),
  'many.html': toHtml(withHistory(MANY.length, [4_100, 4_111, 4_103]), {}, () => history(MANY)),
  'too-many.html': toHtml(withHistory(TOO_MANY.length, [6_000]), {}, () => history(TOO_MANY)),
  'hostile.html': toHtml(hostileRecord(historyRecord()), {}, hostileHistory),
}))

const first = () => page.locator('.history').first()
const surface = () => first().locator('.history-surface')
const told = () => first().locator('.history-told').innerText()

interface Drawn {
  toDataURL(): string
}

/** Resolves when what was asked for is drawn, which is in the next frame. */
const FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'

async function drawing(): Promise<string> {
  await page.evaluate(FRAMES)
  const canvas = first().locator('.history-lanes canvas')
  return await canvas.evaluate((node) => (node as unknown as Drawn).toDataURL())
}

/** How many pixels of the lanes have a colour of the style sheet. */
async function pixelsOf(token: string): Promise<number> {
  return await page.evaluate(`(() => {
    document.body.style.outlineColor = 'var(${token})'
    const wanted = getComputedStyle(document.body).outlineColor.match(/\\d+/g).map(Number)
    const canvas = document.querySelector('.history-lanes canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let count = 0
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > 200 && [0, 1, 2].every((part) => Math.abs(data[at + part] - wanted[part]) < 12)) count++
    return count
  })()`)
}

inBrowser.each(['light', 'dark'] as const)(
  'a history is drawn, with what shows the anomaly, in %s colours',
  async (colorScheme) => {
    await open('history.html#engineering', { colorScheme })
    expect(await first().locator('.check-head').innerText()).toMatch(/✗\s*fail\s*invalid by linearizable/)
    expect(await first().locator('.anomaly[aria-pressed=true]').innerText()).toMatch(/read 7 at 12\.031 s/)
    const both = await drawing()
    // The edges of two bars, and their numbers, each about a quarter of it.
    expect(await pixelsOf('--bad')).toBeGreaterThan(450)
    await first().locator('.anomaly').nth(1).click()
    expect(await drawing()).not.toBe(both)
    expect(
      await page.locator('details.card', { hasText: 'cache.history.register' }).locator('.reason').innerText(),
    ).toBe('the history register is not valid by linearizable\n  read 7 at 12.031 s')
    await first().scrollIntoViewIfNeeded()
    await keepScreenshot(`history-${colorScheme}`)
  },
)

inBrowser('an operation that is pointed at is told in words', async () => {
  await open('history.html#engineering')
  await surface().scrollIntoViewIfNeeded()
  const box = await first().locator('.history-lanes').boundingBox()
  const { x = 0, y = 0, width = 0 } = box ?? {}
  const lane = y + 24 + 17
  const found: string[] = []
  for (let at = 100; at < width; at += 12) {
    await page.mouse.move(x + at, lane)
    found.push(await told())
  }
  expect(found).toContain('Operation 0 of process 0, at 11.990 s: write x 9; ok, after 8 ms.')
  await page.mouse.move(x + 200, y + 500)
  expect(await told()).toMatch(/^Point at an operation/)
})

inBrowser('all of it works by keyboard', async () => {
  await open('history.html#engineering')
  await surface().focus()
  await page.keyboard.press('n')
  expect(await told()).toBe('Operation 0 of process 0, at 11.990 s: write x 9; ok, after 8 ms.')
  await page.keyboard.press('n')
  expect(await told()).toMatch(/^Operation 8 of process 3, at 12\.031 s: read x → 7/)
  await page.keyboard.press('ArrowLeft')
  expect(await told()).toMatch(/^Operation 4 of process 3/)
  await page.keyboard.press('ArrowUp')
  expect(await told()).toMatch(/^Operation 5 of process 2.*failed: it did not happen, after 31 ms \(it was 9\)/)
  await page.keyboard.press('ArrowUp')
  expect(await told()).toMatch(/^Operation 2 of process 1.*unknown: it may have happened/)
  const before = await drawing()
  await page.keyboard.press('+')
  const closer = await drawing()
  expect(closer).not.toBe(before)
  await page.keyboard.press('PageDown')
  expect(await drawing()).not.toBe(closer)
  await page.keyboard.press('0')
  await page.keyboard.press('Escape')
  expect(await told()).toMatch(/^Point at an operation/)
})

inBrowser('the wheel zooms with Control, drags move, and the wheel alone scrolls the page', async () => {
  await open('history.html#engineering')
  await surface().scrollIntoViewIfNeeded()
  const { x = 0, y = 0 } = (await first().locator('.history-lanes').boundingBox()) ?? {}
  await page.mouse.move(x + 400, y + 10)
  const before = await drawing()
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -300)
  await page.keyboard.up('Control')
  const closer = await drawing()
  expect(closer).not.toBe(before)
  await page.mouse.down()
  await page.mouse.move(x + 250, y + 10)
  await page.mouse.up()
  const moved = await drawing()
  expect(moved).not.toBe(closer)
  const scrolled = Number(await page.evaluate('scrollY'))
  await page.mouse.wheel(0, 120)
  const isScrolled = async () => Number(await page.evaluate('scrollY')) > scrolled
  await eventually(isScrolled, { withinMs: 5_000, describe: 'the page has scrolled' })
})

inBrowser('at 390 px two fingers zoom and one moves, and nothing is wider than the page', async () => {
  await open('history.html#engineering', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
  await surface().evaluate((node) => (node as unknown as Element).scrollIntoView({ block: 'center' }))
  const { x = 0, y = 0 } = (await first().locator('.history-lanes').boundingBox()) ?? {}
  const session = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: readonly number[]) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: places.map((at, id) => ({ x: x + at, y: y + 60, id })),
    })
  const before = await drawing()
  await touch('touchStart', 150, 200)
  for (let step = 1; step <= 5; step++) await touch('touchMove', 150 - 12 * step, 200 + 12 * step)
  await touch('touchEnd')
  const closer = await drawing()
  expect(closer).not.toBe(before)
  await touch('touchStart', 200)
  for (let step = 1; step <= 5; step++) await touch('touchMove', 200 - 15 * step)
  await touch('touchEnd')
  expect(await drawing()).not.toBe(closer)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  await keepScreenshot('history-390')
})

interface Element {
  scrollIntoView(options: object): void
}

inBrowser('the operations are there as a table, all or those of the anomaly', async () => {
  await open('many.html#engineering')
  await page.getByText('Operations as a table').click()
  const rows = page.getByRole('table', { name: 'Operations of many' }).locator('tbody tr')
  expect(await rows.count()).toBe(100)
  await page.getByRole('button', { name: 'Later' }).click()
  expect(await rows.first().locator('th').innerText()).toBe('100')
  await page.getByLabel('which operations of many').selectOption('marked')
  expect(await rows.locator('th').allInnerTexts()).toEqual(['4100', '4103', '4111'])
})

inBrowser('ten thousand operations are there at once, and stay fluid', async () => {
  const openingMs = await quickest(3, async () => {
    await page?.context().close()
    await open('many.html#engineering')
    await surface().locator('canvas').first().waitFor()
    await page.evaluate(FRAMES)
  })
  expect(openingMs).toBeLessThan(3_000)
  await page.getByRole('button', { name: 'show all' }).click()
  await surface().focus()
  const keys = ['+', 'PageDown', '0']
  const movingMs = await quickest(12, async (turn) => {
    await page.keyboard.press(keys[turn % 3] ?? '0')
    await page.evaluate(FRAMES)
  })
  // With the way to the browser and back: a tenth of a second is what one feels.
  expect(movingMs).toBeLessThan(100)
  expect(
    await first().getByRole('button', { name: 'Only processes of the anomaly' }).getAttribute('aria-pressed'),
  ).toBe('true')
})

inBrowser('lanes out of sight are scrolled to, and it says how many there are', async () => {
  await open('many.html#engineering')
  await page.getByRole('button', { name: 'Only processes of the anomaly' }).click()
  const scrolledTo = async () =>
    Number(
      await first()
        .locator('.history-lanes')
        .evaluate((node) => (node as unknown as Scrolled).scrollTop),
    )
  const before = await drawing()
  const top = await scrolledTo()
  expect(top).toBeGreaterThan(0)
  await surface().focus()
  await page.keyboard.press('Home')
  expect(await drawing()).not.toBe(before)
  expect(await scrolledTo()).toBe(0)
})

/** In milliseconds. The other turns say how busy the machine is. */
async function quickest(turns: number, act: (turn: number) => Promise<void>): Promise<number> {
  let leastMs = Infinity
  for (let turn = 0; turn < turns; turn++) {
    const startedMs = performance.now()
    await act(turn)
    leastMs = Math.min(leastMs, performance.now() - startedMs)
  }
  return leastMs
}

interface Scrolled {
  readonly scrollTop: number
}

inBrowser('of more than that a part is drawn, and it says which', async () => {
  await open('too-many.html#engineering')
  expect(await first().locator('.note').innerText()).toMatch(
    /^10,000 of 12,000 operations are drawn: those of the anomalies/,
  )
})

inBrowser('an empty history, and one whose file is gone, say so', async () => {
  await open('history.html#engineering')
  await page.getByRole('button', { name: 'Open all' }).click()
  const empty = page.locator('.history', { hasText: 'History bank' })
  expect(await empty.getByText('There is no operation to draw.').count()).toBe(1)
  expect(await empty.getByText('no read was acknowledged: let the test run longer').count()).toBe(1)
  await page.context().close()
  await open('missing.html#engineering')
  expect(await first().locator('.note').first().innerText()).toMatch(
    /^Only the counter-example is drawn of 5 operations/,
  )
})

inBrowser('hostile values are texts, and nothing else', async () => {
  await open('hostile.html#engineering')
  await page.getByRole('button', { name: 'Open all' }).click()
  await surface().focus()
  await page.keyboard.press('Home')
  expect(await told()).toContain('</script><img src=x')
  for (const summary of await page.locator('.numbers:visible > summary').all()) await summary.click()
  expect(await page.locator('#page :is(script, img, iframe, link, [onload], [onerror])').count()).toBe(0)
  expect(await page.title()).not.toBe('1')
})
