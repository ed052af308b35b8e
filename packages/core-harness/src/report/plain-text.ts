import { stripVTControlCharacters } from 'node:util'

/**
 * Control characters but tab and line end, and marks that turn the direction of writing, with which a text can look like
 * another one (Boucher and Anderson, Trojan Source, 2021).
 */
const UNSHOWABLE = /(?![\t\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu

/** A text of a record, which anything may have written, without what a terminal or a page would act upon. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(UNSHOWABLE, '').toWellFormed()
}

/** The same in one line. */
export function plainLine(text: string): string {
  return plain(text)
    .replace(/[\s\u2028\u2029]+/g, ' ')
    .trim()
}

/** The same, and not longer than `limit` characters: the whole is in run.json. */
export function plainUpTo(text: string, limit: number): string {
  const whole = plain(text).trim()
  return whole.length <= limit ? whole : `${whole.slice(0, limit).toWellFormed()}… (${whole.length - limit} more)`
}
