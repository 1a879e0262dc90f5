/** Works on some items ahead of the one that is taken, and gives the results in order. A failure comes when its turn comes. */
export async function* mapAhead<T, R>(items: readonly T[], ahead: number, work: (item: T) => Promise<R>): AsyncGenerator<R, void, void> {
  const running: Promise<R>[] = []
  let next = 0
  const start = (): void => {
    const item = items[next++]
    if (item === undefined) return
    const result = work(item)
    // Nobody may come for it any more.
    result.catch(() => undefined)
    running.push(result)
  }
  while (running.length < ahead && next < items.length) start()
  for (let result = running.shift(); result !== undefined; result = running.shift()) {
    const done = await result
    start()
    yield done
  }
}
