import { expect } from '@jest/globals'

import { toHtml } from '../../src/report/html/page.ts'
import { inBrowser, keepScreenshot, open, page, withPages } from './opened-page.ts'
import { functionalRecord, hostileRecord, loadRecord, sampleTrends } from './sample-records.ts'

withPages(() => ({
  'load.html': toHtml(loadRecord(), sampleTrends()),
  'functional.html': toHtml(functionalRecord()),
  'hostile.html': toHtml(hostileRecord(), sampleTrends()),
}))

/** Brings each chart into sight, in which it is drawn. */
async function drawAllCharts(): Promise<number> {
  const plots = await page.locator('.plot:visible').all()
  for (const plot of plots) {
    await plot.scrollIntoViewIfNeeded()
    await plot.locator('canvas').waitFor()
  }
  return plots.length
}

/** How many of the visible charts have no line in the colour of first lines: axes alone are no chart. */
async function chartsWithoutLine(): Promise<number> {
  return await page.locator('.plot:visible canvas').evaluateAll((canvases) => {
    const browser = globalThis as unknown as Styles & { readonly document: { readonly body: Probe } }
    const { body } = browser.document
    body.style.outlineColor = 'var(--line-1)'
    const line = browser.getComputedStyle(body).outlineColor.match(/\d+/g)?.map(Number) ?? []
    return canvases.filter((canvas) => {
      const { width, height, getContext } = canvas as unknown as Canvas
      const pixels = getContext.call(canvas, '2d').getImageData(0, 0, width, height).data
      const isLine = (at: number): boolean =>
        [0, 1, 2].every((part) => Math.abs((pixels[at + part] ?? 0) - (line[part] ?? 0)) < 12)
      let count = 0
      for (let at = 0; at < pixels.length; at += 4) if ((pixels[at + 3] ?? 0) > 200 && isLine(at)) count++
      return count < 50
    }).length
  })
}

interface Probe {
  readonly style: { outlineColor: string }
}

/** The part of a canvas that is used here, without the types of a browser. */
interface Canvas {
  readonly width: number
  readonly height: number
  getContext(
    this: unknown,
    kind: '2d',
  ): { getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray } }
}

inBrowser('it says the verdict first, and what it means', async () => {
  await open('load.html')
  expect(await page.locator('h1').innerText()).toBe(
    '2 of 9 objectives miss their critical threshold; $54,000 a month at risk',
  )
  expect(await page.locator('header .badge').innerText()).toMatch(/✗\s*fail/)
  expect(await page.locator('.money-usd').allInnerTexts()).toEqual(['$187,000', '$54,000'])
  await keepScreenshot('business')
})

inBrowser.each(['light', 'dark'] as const)(
  'every chart is drawn, in %s colours',
  async (colorScheme) => {
    await open('load.html#engineering', { colorScheme })
    await page.getByRole('button', { name: 'Open all' }).click()
    expect(await drawAllCharts()).toBeGreaterThan(20)
    expect(await chartsWithoutLine()).toBe(0)
    await keepScreenshot(`engineering-${colorScheme}`)
  },
  60_000,
)

inBrowser('the numbers of a chart are there as a table too', async () => {
  await open('load.html#engineering')
  const figure = page.locator('figure', { hasText: 'Latency by percentile' }).first()
  await figure.getByText('Numbers').click()
  expect(await figure.locator('.numbers thead th').allInnerTexts()).toEqual([
    'percentile',
    'response, ms',
    'service, ms',
  ])
  expect(await figure.locator('.numbers tbody th').first().innerText()).toBe('p50')
})

inBrowser('a trend is drawn where earlier values are known, and else it says that there are none', async () => {
  await open('load.html#engineering')
  const card = page.locator('details.card', { hasText: 'cache.load.mixed' }).first()
  expect(await card.locator('figure', { hasText: 'over 24 earlier runs and this one' }).count()).toBe(2)
  expect(await card.getByText('no earlier values to compare with for p99.9, read-p99, memory.').count()).toBe(1)
})

inBrowser('three views show three sides of one run', async () => {
  await open('load.html')
  await page.getByRole('tab', { name: 'Operations' }).click()
  expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
    'Service levels',
    'Is the measurement good?',
    'What was done to it',
    'Resources',
    'By severity',
    'Where it ran',
  ])
  expect(await page.getByRole('table', { name: 'Objectives' }).locator('tbody tr').count()).toBe(9)
  await drawAllCharts()
  await keepScreenshot('operations')
  await page.getByRole('tab', { name: 'Engineering' }).click()
  expect(await page.getByText('survivor: delete-before-commit').isVisible()).toBe(true)
  expect(await page.locator('[role=tabpanel]:visible').count()).toBe(1)
})

inBrowser('filters by verdict, package and text leave what matches', async () => {
  await open('load.html#engineering')
  const cards = page.locator('details.card:visible')
  expect(await cards.count()).toBe(11)
  await page.getByRole('button', { name: /failed 2/ }).click()
  expect(await cards.count()).toBe(2)
  await page.getByLabel('package').selectOption('billing')
  expect(await cards.count()).toBe(1)
  expect(await page.locator('output').innerText()).toBe('1 of 11 guarantees')
  await page.getByRole('button', { name: /failed 2/ }).click()
  expect(await cards.count()).toBe(2)
  await page.getByLabel('package').selectOption('')
  await page.getByLabel('text').fill('hit-rate effectiveness')
  expect(await cards.count()).toBe(1)
  await page.getByRole('tab', { name: 'Operations' }).click()
  expect(await page.getByRole('table', { name: 'Objectives' }).locator('tbody tr:visible').count()).toBe(1)
  await page.getByRole('tab', { name: 'Business' }).click()
  expect(await page.locator('.risks > li:visible').count()).toBe(0)
  await page.getByLabel('text').fill('there is no such thing')
  expect(await page.getByText('No guarantee matches the filters.').isVisible()).toBe(true)
})

inBrowser('all of it works by keyboard, and shows where one is', async () => {
  await open('load.html')
  await page.keyboard.press('Tab')
  const focused = page.locator(':focus')
  expect(await focused.innerText()).toBe('Skip to the results')
  await page.keyboard.press('Enter')
  expect(await focused.getAttribute('id')).toBe('content')
  await page.getByRole('tab', { name: 'Business' }).focus()
  await page.keyboard.press('ArrowRight')
  expect(await focused.innerText()).toBe('Engineering')
  expect(await page.getByRole('heading', { name: 'Guarantees' }).isVisible()).toBe(true)
  await page.keyboard.press('End')
  expect(await focused.innerText()).toBe('Operations')
  await page.keyboard.press('ArrowRight')
  expect(await focused.innerText()).toBe('Business')
  await page.keyboard.press('Tab')
  expect(await focused.getAttribute('aria-pressed')).toBe('false')
  await page.keyboard.press('Space')
  expect(await focused.getAttribute('aria-pressed')).toBe('true')
  expect(await focused.evaluate((node) => (globalThis as unknown as Styles).getComputedStyle(node).outlineStyle)).toBe(
    'solid',
  )
})

interface Styles {
  getComputedStyle(node: unknown): {
    readonly outlineStyle: string
    readonly outlineColor: string
    readonly backgroundColor: string
  }
}

inBrowser.each(['business', 'engineering', 'operations'])(
  'at 390 px the view %s scrolls down only',
  async (view) => {
    for (const name of ['load', 'hostile']) {
      await open(`${name}.html#${view}`, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      expect(await page.evaluate('innerWidth')).toBe(390)
      if (name === 'load') await keepScreenshot(`${view}-390`)
      else await page.context().close()
    }
  },
  60_000,
)

inBrowser('the switch goes through its themes, and charts follow', async () => {
  await open('load.html#engineering', { colorScheme: 'light' })
  const background = () =>
    page.locator('body').evaluate((node) => (globalThis as unknown as Styles).getComputedStyle(node).backgroundColor)
  const drawn = () =>
    page
      .locator('.plot canvas')
      .first()
      .evaluate((node) => (node as unknown as Drawn).toDataURL())
  await page.locator('.plot').first().scrollIntoViewIfNeeded()
  await page.locator('.plot canvas').first().waitFor()
  const [light, lightChart] = [await background(), await drawn()]
  const button = page.getByRole('button', { name: /^Theme/ })
  await button.click()
  expect([await button.innerText(), await background()]).toEqual(['Theme: light', light])
  await button.click()
  expect(await button.innerText()).toBe('Theme: dark')
  expect(await background()).not.toBe(light)
  expect(await drawn()).not.toBe(lightChart)
})

interface Drawn {
  toDataURL(): string
}

inBrowser('on paper all of a view is there, without what can only be clicked', async () => {
  await open('load.html#engineering', { colorScheme: 'dark' })
  await page.emulateMedia({ media: 'print' })
  await page.evaluate('dispatchEvent(new Event("beforeprint"))')
  expect(await page.locator('details.card:not([open])').count()).toBe(0)
  expect(await page.locator('.bar:visible, .actions:visible').count()).toBe(0)
  await expect(page.locator('.plot:visible:not(:has(canvas))').count()).resolves.toBe(0)
})

inBrowser.each(['business', 'engineering', 'operations'])(
  'hostile texts are texts, and nothing else, in the view %s',
  async (view) => {
    await open(`hostile.html#${view}`)
    if (view === 'engineering') await page.getByRole('button', { name: 'Open all' }).click()
    await drawAllCharts()
    for (const summary of await page.locator('.numbers:visible > summary').all()) await summary.click()
    expect(await page.locator('#page :is(script, img, iframe, link, [onload], [onerror])').count()).toBe(0)
    expect(await page.title()).toMatch(/^✗ fail: run 20260302T091500-0a1b2c <script>/)
    expect(await page.locator('body').innerText()).toContain('</script><img src=x')
  },
  60_000,
)

inBrowser('a run of L3 alone says what it did not measure', async () => {
  await open('functional.html#operations')
  expect(await page.locator('h1').innerText()).toBe('All 3 guarantees hold; $77,000 a month protected')
  expect(await page.getByText('No objective was measured. 3 of 3 guarantees are kept.').isVisible()).toBe(true)
})
