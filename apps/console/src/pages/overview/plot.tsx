import { usePreference } from '../../preferences/preferences.js'
import { formatMoment } from '../../ui/format.js'
import { axisSteps } from './scale.js'

interface PlotProps {
  readonly title: string
  readonly buckets: readonly { readonly at: string; readonly value: number | null }[]
  readonly format: (value: number) => string
  readonly tone?: 'accent' | 'bad'
  /** Bars for what is counted; points for what is measured, where nothing measured is a gap. */
  readonly kind: 'bars' | 'points'
}

const WIDTH = 640
const HEIGHT = 170
const LEFT = 56
const BOTTOM = 24
const TOP = 8

/** A series over time: its axis begins at zero, and where there is nothing there is nothing. */
export const Plot = ({ title, buckets, format, tone = 'accent', kind }: PlotProps) => {
  const style = usePreference('times')
  const values = buckets.flatMap(({ value }) => (value === null ? [] : [value]))
  const steps = axisSteps(Math.max(0, ...values))
  const top = steps.at(-1) ?? 1
  const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)
  const slot = (WIDTH - LEFT) / Math.max(1, buckets.length)
  const label = (at: string): string => formatMoment(new Date(at), new Date(), style === 'utc' ? 'UTC' : undefined)
  const summary = values.length === 0 ? '–' : `max ${format(Math.max(...values))}`
  return (
    <figure className="panel plot">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${summary}`} data-tone={tone}>
        {steps.map((step) => (
          <g key={step}>
            <line x1={LEFT} x2={WIDTH} y1={y(step)} y2={y(step)} />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
              {format(step)}
            </text>
          </g>
        ))}
        {buckets.map(({ at, value }, index) =>
          value === null || (kind === 'bars' && value === 0) ? null : kind === 'bars' ? (
            <rect key={at} x={LEFT + index * slot + 1} y={y(value)} width={Math.max(1, slot - 2)} height={y(0) - y(value)} rx="1.5">
              <title>{`${label(at)}: ${format(value)}`}</title>
            </rect>
          ) : (
            <circle key={at} cx={LEFT + (index + 0.5) * slot} cy={y(value)} r="3">
              <title>{`${label(at)}: ${format(value)}`}</title>
            </circle>
          ),
        )}
        {[0, Math.floor(buckets.length / 2), buckets.length - 1].map((index) => {
          const bucket = buckets[index]
          return bucket === undefined ? null : (
            <text
              key={index}
              x={LEFT + (index + 0.5) * slot}
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
