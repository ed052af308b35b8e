import { element } from './elements.js'

/** A sign and a word for each verdict and status: colour is never the only difference. */
const SHOWN = {
  pass: ['✓', 'pass', 'good'],
  passed: ['✓', 'passed', 'good'],
  warn: ['!', 'warn', 'warn'],
  warned: ['!', 'warned', 'warn'],
  fail: ['✗', 'fail', 'bad'],
  failed: ['✗', 'failed', 'bad'],
  invalid: ['?', 'invalid', 'unsure'],
  'no-data': ['∅', 'no data', 'unsure'],
  'not-offered': ['–', 'not offered', 'none'],
}

/** @typedef {keyof typeof SHOWN} Status */

/** @param {Status} status */
export function badge(status) {
  const [sign = '', word = '', tone = ''] = SHOWN[status]
  return element('span', { class: `badge tone-${tone}` }, element('span', { 'aria-hidden': 'true' }, sign), word)
}

/** @param {Status} status */
export function statusWord(status) {
  return SHOWN[status][1] ?? status
}

/** @param {Status} status */
export function statusSign(status) {
  return SHOWN[status][0] ?? ''
}

/** @param {Status} status */
export function toneOf(status) {
  return SHOWN[status][2] ?? 'none'
}

/** @param {Status} status */
export function isKept(status) {
  return status === 'passed' || status === 'warned'
}
