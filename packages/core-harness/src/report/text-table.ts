import { plainLine } from './plain-text.ts'

/** Columns as wide as their widest cell. What is in a cell acts on no terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = rows.map((cells) => cells.map(plainLine))
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(column === cells.length - 1 ? 0 : (widths[column] ?? 0))).join('  ')
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...lines.map(line)]
}
