/** A URL for messages and logs: without query and fragment, which may hold secrets, and at most 300 characters. */
export const describeUrl = (url: URL): string => (url.origin + url.pathname).slice(0, 300)
