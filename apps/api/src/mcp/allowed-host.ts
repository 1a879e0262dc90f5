const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

export interface AllowedHosts {
  /** Whether a request that names this Host comes for this server, and its Origin (undefined: no browser) is one of its own. */
  allows(host: string | undefined, origin: string | undefined): boolean
}

/**
 * Which host names this server answers agents under: loopback, the address it listens on, and that of its public URL. A page whose
 * name was made to resolve to this machine (DNS rebinding) names neither.
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
