/** Words, and so in the language of the sentences that they stand in. */
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' })

/** How long before or after now a moment is, in its largest unit. */
export const formatRelative = (moment: Date, now: Date): string => {
  const seconds = Math.round((moment.getTime() - now.getTime()) / 1_000)
  const [unit, size] = (
    [
      ['day', 86_400],
      ['hour', 3_600],
      ['minute', 60],
      ['second', 1],
    ] as const
  ).find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return words.format(Math.trunc(seconds / size), unit)
}
