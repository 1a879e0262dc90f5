/** Something took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** The outcome of the work, or a `DeadlineError` after `timeoutMs`. The work itself is not stopped. The timer keeps the process alive. */
export const withDeadline = async <T>(work: () => Promise<T>, timeoutMs: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
