import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

import { MODULES, importsOf, readAssets, readModule } from '../../src/report/html/assets.ts'
import { inScript, toHtml } from '../../src/report/html/page.ts'
import { HOSTILE, functionalRecord, hostileRecord, loadRecord, sampleTrends } from './sample-records.ts'

const elements = (html: string): string[] => html.match(/<\/?[a-z]+/gi) ?? []

test('the page of a hostile record has the elements of any other', () => {
  expect(elements(toHtml(hostileRecord()))).toEqual(elements(toHtml(loadRecord())))
})

test('data survives the way into the page and back, and cannot leave its element', () => {
  fc.assert(
    fc.property(fc.anything({ values: [fc.string({ unit: 'binary' }), fc.constant(HOSTILE)] }), (value) => {
      const written = inScript({ value })
      expect(written).not.toMatch(/[<>&\u2028\u2029]/)
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify({ value })))
    }),
  )
})

test('the policy allows the scripts and styles that are there, by hash, and nothing else', () => {
  const html = toHtml(loadRecord(), sampleTrends())
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? []
  const hash = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`
  const contents = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, content = '']) => hash(content))
  const scripts = contents(/<script(?: type="module")?>([^]*?)<\/script>/g)
  const styles = contents(/<style>([^]*?)<\/style>/g)
  expect(scripts).toHaveLength(2)
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    `style-src ${styles.join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ])
  expect(html).not.toMatch(/\son[a-z]+="|\ssrc="(?!data:)|\sstyle="/)
})

test('a page is no larger than a mail may be', () => {
  expect(toHtml(functionalRecord()).length).toBeLessThan(200_000)
  expect(toHtml(loadRecord(), sampleTrends()).length).toBeLessThan(1_000_000)
})

test('a damaged histogram is named', () => {
  const damaged = JSON.parse(JSON.stringify(loadRecord()), (key, value: unknown) =>
    key === 'service' ? 'AAAA' : value,
  ) as ReturnType<typeof loadRecord>
  expect(() => toHtml(damaged)).toThrow(/reading the times of mixed, which cache\.load\.mixed measured/)
})

test('the modules of the page are joined in an order in which each comes after what it imports', () => {
  MODULES.forEach((name, index) => {
    for (const imported of importsOf(readModule(name))) expect(MODULES.slice(0, index)).toContain(imported)
  })
  const script = readAssets().scripts[1]?.content ?? ''
  expect(script).not.toMatch(/^(?:import|export) /m)
})

test('the modules of the page keep to their types', () => {
  const file = fileURLToPath(new URL('../../src/report/html/client/tsconfig.json', import.meta.url))
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (found: ts.Diagnostic) => found }
  const configuration = ts.getParsedCommandLineOfConfigFile(file, {}, host)
  expect(configuration?.fileNames).toHaveLength(MODULES.length)
  const program = ts.createProgram(configuration?.fileNames ?? [], configuration?.options ?? {})
  const found = ts.getPreEmitDiagnostics(program).filter((one) => one.file?.fileName.includes('/report/html/') ?? true)
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
}, 60_000)
