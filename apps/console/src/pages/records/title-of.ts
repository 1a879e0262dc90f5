interface Titled {
  readonly title?: string | null | undefined
  readonly key: string
  readonly data?: unknown
}

const MEMBERS = 4
const MAX_VALUE = 60

/** What a record is called in a list: its title, or else its first values, as `city: London, name: Ada`; its key where it has none of either. */
export const titleOf = ({ title, key, data }: Titled): string => {
  if (title !== null && title !== undefined && title.trim() !== '') return title
  const members = typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : []
  const shown = members
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '' && String(value).length <= MAX_VALUE)
    .slice(0, MEMBERS)
  return shown.length === 0 ? key : shown.map(([name, value]) => `${name}: ${String(value)}`).join(', ')
}
