import { setTimeout as delay } from 'node:timers/promises'
import { createDeadline } from '@inlet/connector-sdk/testing/deadline'

/**
 * Polls until the condition returns something truthy, and returns that; throws with the last result or
 * error after the time limit (ms of an otherwise idle machine).
 */
export const until = async <T>(
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<NonNullable<T>> => {
  const deadline = createDeadline(options.timeoutMs ?? 20_000)
  let last: unknown
  for (;;) {
    try {
      last = await condition()
      if (last) return last as NonNullable<T>
    } catch (error) {
      last = error
    }
    if (deadline.isOver()) throw new Error(`gave up waiting for ${options.what ?? 'a condition'}; last: ${String(last)}`, { cause: last })
    await delay(options.everyMs ?? 20)
  }
}
