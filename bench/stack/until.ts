import { setTimeout as delay } from 'node:timers/promises'

/** Asks again every `everyMs` until the answer is not null; throws after the limit. */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | null>,
  { limitMs = 600_000, everyMs = 20 }: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<T> => {
  const deadline = performance.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() > deadline) throw new Error(`gave up waiting for ${what} after ${limitMs / 1000} s`)
    await delay(everyMs)
  }
}
