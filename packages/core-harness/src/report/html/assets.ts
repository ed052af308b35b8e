import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a page is made of besides its data. */
export interface Assets {
  readonly scripts: readonly { readonly content: string; readonly isModule: boolean }[]
  readonly styles: readonly string[]
}

const CLIENT = fileURLToPath(new URL('./client', import.meta.url))

/** The modules of the page, each after those that it imports. */
export const MODULES = [
  'elements.js',
  'badge.js',
  'number-table.js',
  'theme.js',
  'chart.js',
  'chart-percentiles.js',
  'chart-timeline.js',
  'chart-lines.js',
  'bullet.js',
  'trend.js',
  'objective.js',
  'workload.js',
  'resources.js',
  'history-data.js',
  'history-window.js',
  'history-palette.js',
  'history-marks.js',
  'history-lanes.js',
  'history-latency.js',
  'history-overview.js',
  'history-gestures.js',
  'history-table.js',
  'history-drawing.js',
  'history-panel.js',
  'guarantee-card.js',
  'kill-matrix.js',
  'filters.js',
  'tabs.js',
  'view-business.js',
  'view-engineering.js',
  'view-operations.js',
  'main.js',
] as const

const STYLES = ['tokens.css', 'layout.css', 'parts.css', 'history.css', 'print.css'] as const

const IMPORT = /^import (?:[^;]*?) from '\.\/([\w-]+\.js)'\n/gm
const EXPORT = /^export (?=function|const|class)/gm

let assets: Assets | undefined

/** Reads them once. */
export function readAssets(): Assets {
  assets ??= {
    scripts: [
      // Its licence goes where it goes.
      { content: inElement(`/*\n${readUplot('../LICENSE')}*/\n${readUplot('uPlot.iife.min.js')}`), isModule: false },
      { content: inElement(MODULES.map((name) => joinable(readModule(name))).join('\n')), isModule: true },
    ],
    styles: [readUplot('uPlot.min.css'), ...STYLES.map((name) => readFileSync(join(CLIENT, name), 'utf8'))],
  }
  return assets
}

export function readModule(name: (typeof MODULES)[number]): string {
  return readFileSync(join(CLIENT, name), 'utf8')
}

/** The modules that one imports. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map(([, name = '']) => name)
}

/** In one scope with the others, which a module script is: a name that two of them declare is a syntax error. */
function joinable(source: string): string {
  return source.replace(IMPORT, '').replace(EXPORT, '')
}

function readUplot(name: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'))
  return readFileSync(join(folder, name), 'utf8')
}

/** @throws Error when it would end the element that it stands in */
function inElement(script: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('a script of the page holds what ends its element')
  return script
}
