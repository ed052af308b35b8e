import { createHash } from 'node:crypto'

import type { RunRecord } from '../../run/record.ts'
import { escape } from '../junit.ts'
import { plainLine } from '../plain-text.ts'
import type { Histories } from '../histories.ts'
import type { Trends } from '../trends.ts'
import { VERDICT_WORDS } from '../verdict-words.ts'
import { readAssets } from './assets.ts'
import { buildPageData } from './build-page-data.ts'

/**
 * The run as one HTML file that needs nothing but itself. Its own scripts and styles are allowed by their hashes and nothing
 * else is: no network, no handler in an attribute. What comes from the record is data in an element that is not run, and
 * becomes text of the page.
 *
 * @param trends earlier values of its objectives; none when left out
 * @param histories where its histories are; when left out, only what the record holds of them is drawn
 * @throws HarnessError when a histogram of the record cannot be read
 */
export function toHtml(record: RunRecord, trends: Trends = {}, histories?: Histories): string {
  const { scripts, styles } = readAssets()
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(({ content }) => hashOf(content)).join(' ')}`,
    `style-src ${styles.map(hashOf).join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const title = `${VERDICT_WORDS[record.verdict].sign} ${VERDICT_WORDS[record.verdict].word}: run ${plainLine(record.id)}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
${styles.map((style) => `<style>${style}</style>`).join('\n')}
</head>
<body>
<noscript><p>This page draws itself with JavaScript. The same in short: summary.md; all of it: run.json.</p></noscript>
<div id="page"></div>
<script type="application/json" id="data">${inScript(buildPageData(record, trends, histories))}</script>
${scripts.map(({ content, isModule }) => `<script${isModule ? ' type="module"' : ''}>${content}</script>`).join('\n')}
</body>
</html>
`
}

/** JSON that cannot end or change the element that it stands in, whatever its texts are. */
export function inScript(data: unknown): string {
  const codes = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' } as const
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => codes[character as keyof typeof codes])
}

function hashOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
}
