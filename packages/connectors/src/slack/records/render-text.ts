/** Names of people and channels by id; undefined when unknown. */
export interface Names {
  readonly user: (id: string) => string | undefined
  readonly channel: (id: string) => string | undefined
}

const MARKUP = /<([^<>\n]{1,4000})>/g

/**
 * Renders Slack's mrkdwn as people see it: mentions by name, links as Markdown, entities decoded. Emoji stay as names (`:tada:`).
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export const renderText = (text: string, names: Names): string =>
  text
    .replaceAll(MARKUP, (_whole, inner: string) => renderMarkup(inner, names))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

const renderMarkup = (inner: string, names: Names): string => {
  const bar = inner.indexOf('|')
  const [target, label] = bar === -1 ? [inner, undefined] : [inner.slice(0, bar), inner.slice(bar + 1)]
  const rest = target.slice(1)
  if (target.startsWith('@')) return `@${names.user(rest) ?? label ?? rest}`
  if (target.startsWith('#')) return `#${names.channel(rest) ?? (label || rest)}`
  // <!here>, <!subteam^S1|@team>, <!date^…|in words>
  if (target.startsWith('!')) return label ?? `@${rest.split('^', 1)[0]}`
  if (target.startsWith('mailto:') || target.startsWith('tel:')) return label ?? target.slice(target.indexOf(':') + 1)
  return label === undefined || label === target ? target : `[${label}](${target})`
}
