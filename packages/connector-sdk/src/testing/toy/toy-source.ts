/** A tiny system to read from: numbered items, each with the sequence number of its last change. */
export interface ToySource {
  readonly items: Map<number, ToyItem>
  /** Set by a test to make the next reads fail or succeed. */
  mode: 'good' | 'renamed' | 'limited'
  /** The time on the monotonic clock, in ms, before which a limited source refuses requests. */
  quietUntil: number
  violations: number
  put(id: number, text: string): void
  /** Returns the sequence number of the last change. */
  last(): number
  /** Returns the next items after the sequence number, in that order. */
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
