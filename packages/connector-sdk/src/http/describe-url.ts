import { showUrl } from '@inlet/domain'

/** A URL for messages and logs: without what may hold secrets, and at most 300 characters. */
export const describeUrl = (url: URL): string => showUrl(url)
