export const ENTRIES = 'entries'
export const FEEDS = 'feeds'
