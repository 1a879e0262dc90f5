const locale = (): string => navigator.language

/** Making a formatter takes longer than a hundred uses of it, and a list has hundreds of moments and numbers. */
const formatters = new Map<string, unknown>()
const cached = <T>(kind: string, options: object, make: (locale: string) => T): T => {
  const key = `${locale()} ${kind} ${JSON.stringify(options)}`
  const known = formatters.get(key) as T | undefined
  if (known !== undefined) return known
  const format = make(locale())
  formatters.set(key, format)
  return format
}
const numberFormat = (options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  cached('number', options, (of) => new Intl.NumberFormat(of, options))
const dateFormat = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => cached('date', options, (of) => new Intl.DateTimeFormat(of, options))
const dayFormat = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  cached('day', options, () => new Intl.DateTimeFormat('en-CA', options))
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** A length of time in its two largest units: 3,725 s is `1h 2m`. Never negative. */
export const formatDuration = (seconds: number): string => {
  let rest = Math.max(0, Math.round(seconds))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${formatNumber(count)}${unit}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}

export const formatNumber = (value: number): string => numberFormat().format(value)

export const formatCompact = (value: number): string =>
  value < 10_000 ? formatNumber(value) : numberFormat({ notation: 'compact', maximumFractionDigits: 1 }).format(value)

export const formatBytes = (bytes: number): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1_000)))
  return numberFormat({
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1_000 ** step)
}

/** A moment with its zone, to the second. */
export const formatExact = (moment: Date, timeZone?: 'UTC'): string =>
  dateFormat({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(moment)

/** A moment as lists show it: the day only when it is not today. */
export const formatMoment = (moment: Date, now: Date, timeZone?: 'UTC', hasSeconds = true): string => {
  const zone = timeZone === undefined ? {} : { timeZone }
  const day = (date: Date): string => dayFormat(zone).format(date)
  const time = { hour: '2-digit', minute: '2-digit', ...(hasSeconds ? { second: '2-digit' as const } : {}) } as const
  const text = dateFormat(
    day(moment) === day(now)
      ? { ...time, ...zone }
      : {
          month: 'short',
          day: 'numeric',
          hour: '2-digit',
          minute: '2-digit',
          ...(moment.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
          ...zone,
        },
  ).format(moment)
  return timeZone === undefined ? text : `${text} UTC`
}
