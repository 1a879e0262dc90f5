import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from './api-client.js'

/** Asks the paths in turn, one request at a time with a pause, until stopped; answers the milliseconds of each by path. */
export const loadApi = (api: ApiClient, paths: readonly string[], pauseMs: number): { stop(): Promise<ReadonlyMap<string, readonly number[]>> } => {
  const times = new Map<string, number[]>(paths.map((path) => [path, []]))
  let stopped = false
  const loop = async (): Promise<void> => {
    for (let n = 0; !stopped; n += 1) {
      const path = paths[n % paths.length] ?? ''
      const { ms } = await api.call('GET', path)
      times.get(path)?.push(ms)
      await delay(pauseMs)
    }
  }
  const running = loop()
  // stop() throws the error; until then it must not end the process.
  running.catch(() => {})
  return {
    async stop() {
      stopped = true
      await running
      return times
    },
  }
}
