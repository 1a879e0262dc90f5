import type { Message, NewsBody } from './message.js'

/** A readable message, without markup. */
export interface Summary {
  readonly title: string
  readonly lines: readonly string[]
  /** Links by name; absolute only if INLET_PUBLIC_URL is set. */
  readonly links: Readonly<Record<string, string>>
  readonly isGood: boolean
}

/** Summarizes a message in a title and a few lines. Pure. */
export const summarize = (message: Message): Summary => {
  if (message.type === 'test') return { title: 'Inlet: test', lines: [message.data.message], links: {}, isGood: true }
  if (message.type === 'incidents.digest') {
    const { opened, closed, incidents, links } = message.data
    const more = opened + closed - incidents.length
    return {
      title: `Inlet: ${opened} incidents opened, ${closed} closed`,
      lines: [...incidents.map((each) => lineOf(each.what, each)), ...(more > 0 ? [`and ${more} more`] : [])],
      links,
      isGood: opened === 0,
    }
  }
  const isGood = message.type === 'incident.closed'
  const { data } = message
  const title = isGood ? `${data.source.slug} works again` : `${data.source.slug}: ${data.reason}`
  return { title, lines: isGood ? [`It was: ${data.reason}: ${data.message}`] : [data.message, data.next], links: data.links, isGood }
}

const lineOf = (what: 'opened' | 'closed', { source, reason, message }: NewsBody): string =>
  what === 'closed' ? `${source.slug} works again (${reason})` : `${source.slug}: ${reason}: ${message}`

/** Returns the links that work from elsewhere. */
export const absoluteLinks = ({ links }: Summary): readonly (readonly [name: string, url: string])[] =>
  Object.entries(links).filter(([, url]) => /^https?:\/\//.test(url))
