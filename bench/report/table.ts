import { isReached, type Measure } from './measure.js'

const HEAD = ['Scenario', 'Queue', 'Measure', 'Inlet', 'Beside', 'Ratio', 'Target', 'Reached']

/** The measures as a Markdown table. */
export const toTable = (measures: readonly Measure[]): string => {
  const rows = measures.map((measure) => [
    measure.scenario,
    measure.backend,
    measure.what,
    `${figure(measure.value)} ${measure.unit}`,
    measure.beside === undefined ? '' : `${figure(measure.beside.value)} (${measure.beside.name})`,
    measure.beside === undefined ? '' : `${measure.beside.ratio.toFixed(2)}×`,
    target(measure),
    { true: 'yes', false: '**no**', null: '' }[String(isReached(measure)) as 'true' | 'false' | 'null'],
  ])
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

const target = ({ target: wanted, unit }: Measure): string => {
  if (wanted === undefined) return ''
  const sign = wanted.sense === 'below' ? '<' : '≥'
  return wanted.of === 'value' ? `${sign} ${figure(wanted.limit)} ${unit}` : `${sign} ${wanted.limit}×`
}

const figure = (value: number): string => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3))))
