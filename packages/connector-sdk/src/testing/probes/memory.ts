import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface MemoryProbe {
  /** Collects garbage and records the size. */
  sample(): void
  /** Returns the growth in bytes from the first to the largest sample. */
  growth(): { readonly rss: number; readonly live: number }
}

/** Measures resident memory, and what is live on the heap and in buffers, after garbage collection. */
export const createMemoryProbe = (): MemoryProbe => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const samples: { rss: number; live: number }[] = []
  return {
    sample() {
      collect()
      const { rss, heapUsed, external } = process.memoryUsage()
      samples.push({ rss, live: heapUsed + external })
    },
    growth() {
      const grown = (field: 'rss' | 'live'): number => Math.max(...samples.map((sample) => sample[field])) - (samples[0]?.[field] ?? 0)
      return { rss: grown('rss'), live: grown('live') }
    },
  }
}
