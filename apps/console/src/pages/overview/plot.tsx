import { useLayoutEffect, useRef, useState } from 'react'
import { messages } from '../../messages.js'
import { usePreference } from '../../preferences/preferences.js'
import { formatMoment } from '../../ui/format.js'
import { axisSteps, timeSteps } from './scale.js'
import './plot.css'

interface PlotProps {
  readonly title: string
  readonly buckets: readonly { readonly at: string; readonly value: number | null }[]
  readonly format: (value: number) => string
  readonly tone?: 'accent' | 'bad'
  /** Bars for what is counted; points for what is measured at times, a line for what is always there. Where nothing is known is a gap. */
  readonly kind: 'bars' | 'points' | 'line'
  /** The values are seconds. */
  readonly isTime?: boolean
}

const HEIGHT = 168
const LEFT = 52
const BOTTOM = 24
const TOP = 10
const RIGHT = 2
/** Three moments do not stand side by side any more. */
const NARROW = 420

/** A series over time: its axis begins at zero, and where nothing is known there is nothing. */
export const Plot = ({ title, buckets, format, tone = 'accent', kind, isTime = false }: PlotProps) => {
  const style = usePreference('times')
  const [ref, width] = useWidth()
  const values = buckets.flatMap(({ value }) => (value === null ? [] : [value]))
  const steps = (isTime ? timeSteps : axisSteps)(Math.max(0, ...values))
  const top = steps.at(-1) ?? 1
  const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)
  const slot = Math.max(1, width - LEFT - RIGHT) / Math.max(1, buckets.length)
  const x = (index: number): number => LEFT + index * slot
  const label = (at: string): string => formatMoment(new Date(at), new Date(), style === 'utc' ? 'UTC' : undefined, false)
  const summary = values.length === 0 ? messages.overview.plots.nothing : messages.overview.plots.max(format(Math.max(...values)))
  return (
    <figure className="panel plot" ref={ref}>
      <figcaption className="row between">
        <h2>{title}</h2>
        <span className="faint num">{summary}</span>
      </figcaption>
      <svg height={HEIGHT} role="img" aria-label={`${title}: ${summary}`} data-tone={tone}>
        {steps.map((step) => (
          <g key={step}>
            <line x1={LEFT} x2={width - RIGHT} y1={y(step)} y2={y(step)} />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
              {format(step)}
            </text>
          </g>
        ))}
        {kind === 'line' && <path d={pathOf(buckets, x, y, slot)} />}
        {buckets.map(({ at, value }, index) => (
          <g key={at} className="slot">
            <rect
              className="hit"
              x={x(index)}
              y={TOP}
              width={slot}
              height={y(0) - TOP}
              data-unknown={(kind === 'bars' && value === null) || undefined}
            >
              <title>{`${label(at)}: ${value === null ? messages.overview.plots.nothing : format(value)}`}</title>
            </rect>
            {value !== null && kind === 'bars' && value > 0 && (
              <rect className="bar" x={x(index) + 1} y={y(value)} width={Math.max(1, slot - 2)} height={Math.max(1, y(0) - y(value))} rx="1.5" />
            )}
            {value !== null && kind === 'points' && <circle cx={x(index + 0.5)} cy={y(value)} r="3" />}
          </g>
        ))}
        {(width < NARROW ? [0, buckets.length - 1] : [0, Math.floor(buckets.length / 2), buckets.length - 1]).map((index) => {
          const bucket = buckets[index]
          return bucket === undefined ? null : (
            <text
              key={index}
              x={index === 0 ? LEFT : index === buckets.length - 1 ? width - RIGHT : x(index + 0.5)}
              y={HEIGHT - 6}
              textAnchor={index === 0 ? 'start' : index === buckets.length - 1 ? 'end' : 'middle'}
            >
              {label(bucket.at)}
            </text>
          )
        })}
      </svg>
    </figure>
  )
}

/** A line through what is known, broken where it is not. */
const pathOf = (buckets: PlotProps['buckets'], x: (index: number) => number, y: (value: number) => number, slot: number): string => {
  const parts: string[] = []
  buckets.forEach(({ value }, index) => {
    if (value === null) return
    const isFirst = (buckets[index - 1]?.value ?? null) === null
    const isAlone = isFirst && (buckets[index + 1]?.value ?? null) === null
    parts.push(`${isFirst ? 'M' : 'L'}${x(index + 0.5).toFixed(1)} ${y(value).toFixed(1)}${isAlone ? `h${(slot / 2).toFixed(1)}` : ''}`)
  })
  return parts.join('')
}

/** The width that a plot has: its texts keep their size in every window. */
const useWidth = (): readonly [(element: HTMLElement | null) => void, number] => {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [width, setWidth] = useState(600)
  const known = useRef(width)
  useLayoutEffect(() => {
    const measure = (): void => {
      const next = element?.querySelector('svg')?.getBoundingClientRect().width ?? 0
      if (next === 0 || Math.abs(next - known.current) < 1) return
      known.current = next
      setWidth(next)
    }
    measure()
    const observer = new ResizeObserver(measure)
    if (element !== null) observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [setElement, width]
}
