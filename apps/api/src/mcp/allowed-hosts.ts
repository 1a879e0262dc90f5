const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

export interface AllowedHosts {
  /** Whether a request with this Host is meant for this server, and its Origin (undefined: no browser) is one of its own. */
  allows(host: string | undefined, origin: string | undefined): boolean
}

/**
 * Creates the check for the host names under which this server answers agents: loopback, the address it listens on, and that of its public URL. A
 * page whose name was made to resolve to this machine (DNS rebinding) uses none of these.
 */
export const createAllowedHosts = (names: { readonly listenHost: string; readonly publicUrl: string | undefined }): AllowedHosts => {
  const hosts = new Set([...LOOPBACK, names.listenHost.toLowerCase(), ...(names.publicUrl === undefined ? [] : [hostnameOf(names.publicUrl)])])
  const isOurs = (hostname: string | null): boolean => hostname !== null && hosts.has(hostname)
  return {
    allows: (host, origin) => isOurs(hostnameOf(`http://${host ?? ''}`)) && (origin === undefined || isOurs(hostnameOf(origin))),
  }
}

const hostnameOf = (url: string): string | null => {
  try {
    return new URL(url).hostname
  } catch {
    return null
  }
}
