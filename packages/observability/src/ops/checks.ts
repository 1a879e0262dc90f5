import { toFailure } from '@inlet/domain'
import { DeadlineError, withDeadline } from '@inlet/runtime'

/** Checks one thing the process needs: null when it is fine, otherwise the reason why not. Throwing counts as a failure. */
export type Probe = () => Promise<string | null>

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** Why it failed; contains no secrets. */
  readonly reason?: string
}

const PROBE_TIMEOUT_MS = 2_000

const reasonOf = (error: unknown): string => {
  const failure = toFailure(error)
  // The message of an unknown error may quote anything.
  if (failure.reason !== 'INTERNAL') return `${failure.reason}: ${failure.message}`
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (error instanceof DeadlineError) return error.message
  return typeof code === 'string' ? code : 'failed'
}

const runProbe = async (name: string, probe: Probe): Promise<Check> => {
  try {
    const reason = await withDeadline(probe, PROBE_TIMEOUT_MS, name)
    return reason === null ? { name, ok: true } : { name, ok: false, reason }
  } catch (error) {
    return { name, ok: false, reason: reasonOf(error) }
  }
}

/** Runs all probes at once, each for at most 2 s; results are in the order of the probes. */
export const runProbes = (probes: Readonly<Record<string, Probe>>): Promise<readonly Check[]> =>
  Promise.all(Object.entries(probes).map(([name, probe]) => runProbe(name, probe)))
