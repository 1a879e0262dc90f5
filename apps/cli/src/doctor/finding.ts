/** The result of one check. */
export interface Finding {
  readonly name: string
  /** warn: it works, but not as it should. skip: it could not or need not be checked. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip'
  readonly message: string
  /** How to repair it. */
  readonly next?: string
}

export const ok = (name: string, message: string): Finding => ({ name, status: 'ok', message })
export const skip = (name: string, message: string): Finding => ({ name, status: 'skip', message })
export const warn = (name: string, message: string, next: string): Finding => ({ name, status: 'warn', message, next })
export const fail = (name: string, message: string, next: string): Finding => ({ name, status: 'fail', message, next })

export const messageOf = (error: unknown): string => {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: unknown }
  if (message !== undefined && message !== '') return message
  return code ?? (cause === undefined ? String(error) : messageOf(cause))
}
