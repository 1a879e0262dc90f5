/** A tiny system to read from: numbered items, each with the sequence number of its last change. */
export interface ToySource {
  readonly items: Map<number, ToyItem>
  /** Set by a test to make the next reads fail or behave. */
  mode: 'good' | 'renamed' | 'limited'
  /** Milliseconds of the monotonic clock before which a limited source wants no request. */
  quietUntil: number
  violations: number
  put(id: number, text: string): void
  /** The sequence number of the last change. */
  last(): number
  /** The next items after (sequence, id), in that order. */
  after(seq: number, count: number): readonly ToyItem[]
}

export interface ToyItem {
  readonly id: number
  readonly seq: number
  readonly text: string
}

export const createToySource = (count: number): ToySource => {
  const items = new Map<number, ToyItem>()
  let seq = 0
  const source: ToySource = {
    items,
    mode: 'good',
    quietUntil: 0,
    violations: 0,
    put: (id, text) => {
      items.set(id, { id, seq: ++seq, text })
    },
    last: () => seq,
    after: (from, count) =>
      [...items.values()]
        .filter((item) => item.seq > from)
        .sort((a, b) => a.seq - b.seq)
        .slice(0, count),
  }
  for (let id = 1; id <= count; id++) source.put(id, `item ${id}`)
  return source
}
