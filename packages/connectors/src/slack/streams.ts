/** The streams a source may choose from, in the order they are read. */
export const STREAMS = ['channels', 'users', 'messages', 'threads', 'reactions'] as const
export type SlackStream = (typeof STREAMS)[number]
/** The streams derived from the history of channels. */
export type HistoryStream = 'messages' | 'threads' | 'reactions'
