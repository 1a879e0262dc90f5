/**
 * Whether two addresses belong to one site in the sense people have: the same host with or without `www.`, and http or
 * https on their usual ports, or the very same port.
 */
export const isSameSite = (a: string, b: string): boolean => {
  const [first, second] = [new URL(a), new URL(b)]
  return first.port === second.port && bareHost(first) === bareHost(second)
}

const bareHost = (url: URL): string => url.hostname.replace(/^www\./, '')
