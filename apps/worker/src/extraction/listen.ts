export interface Listening {
  /** Aborts when the run has listened long enough, or the source wants something else. */
  readonly until: AbortSignal
  stop(): void
}

/** How long a run listens to a continuous source: `forMs`, or until it is outdated. The caller stops it. */
export const listen = (outdated: AbortSignal, forMs: number): Listening => {
  const enough = new AbortController()
  const end = (): void => enough.abort()
  const timer = setTimeout(end, forMs)
  if (outdated.aborted) end()
  else outdated.addEventListener('abort', end, { once: true })
  return { until: enough.signal, stop: () => clearTimeout(timer) }
}
