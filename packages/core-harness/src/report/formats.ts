import type { RunRecord } from '../run/record.ts'
import { toBenchmark } from './benchmark.ts'
import { toHtml } from './html/page.ts'
import type { Histories } from './histories.ts'
import { toJunit } from './junit.ts'
import { toMarkdown } from './markdown.ts'
import type { Trends } from './trends.ts'

/** A form of a run's record, and the file beside it that holds it. */
export interface ReportFormat {
  readonly file: string
  write(record: RunRecord, trends: Trends, histories: Histories): string
}

export const REPORT_FORMATS = {
  html: { file: 'report.html', write: toHtml },
  json: { file: 'benchmark.json', write: (record) => `${JSON.stringify(toBenchmark(record), null, 2)}\n` },
  markdown: { file: 'summary.md', write: toMarkdown },
  junit: { file: 'junit.xml', write: toJunit },
} as const satisfies Readonly<Record<string, ReportFormat>>

export type FormatName = keyof typeof REPORT_FORMATS

export const FORMAT_NAMES = Object.keys(REPORT_FORMATS) as FormatName[]
