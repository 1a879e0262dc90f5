import type { Families } from './families.js'

type Labels = Readonly<Partial<Record<string, string | number>>>

interface SourceFamily {
  get(): Promise<{ readonly values: readonly { readonly labels: Labels }[] }>
  remove(labels: object): void
}

const removeFrom = async (family: SourceFamily, id: string): Promise<void> => {
  const { values } = await family.get()
  for (const { labels } of values) {
    if (labels['source'] !== id) continue
    // `le` marks a bucket; the histogram itself is kept without it.
    const { le: _, ...own } = labels
    family.remove(own)
  }
}

/** Removes every series of a source, so that deleted sources do not stay in memory and on dashboards. */
export const removeSource = async (families: Families, id: string): Promise<void> => {
  const { records, bytes, errors, runs, runSeconds, eventDelay } = families
  for (const family of [records, bytes, errors, runs, runSeconds, eventDelay]) await removeFrom(family, id)
}
