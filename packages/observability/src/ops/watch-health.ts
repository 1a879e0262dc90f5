import { monotonicNow } from '@inlet/runtime'
import type { Check } from './checks.js'

export interface HealthWatch {
  /** Resolves with the reasons once the process has been continuously unhealthy for the whole grace period; otherwise never. */
  readonly ended: Promise<string>
  stop(): void
}

const LOOK_MS = 5_000

/** Watches a process's own health; one that stays unhealthy for `graceMs` should be restarted. The caller stops it. */
export const watchHealth = (options: {
  readonly isHealthy: () => Promise<readonly Check[]>
  readonly graceMs: number
  readonly lookMs?: number
}): HealthWatch => {
  let unhealthySince: number | null = null
  let finish: (reason: string) => void = () => {}
  const ended = new Promise<string>((resolve) => {
    finish = resolve
  })
  const look = async (): Promise<void> => {
    const broken = (await options.isHealthy()).filter(({ ok }) => !ok)
    if (broken.length === 0) unhealthySince = null
    else {
      unhealthySince ??= monotonicNow()
      if (monotonicNow() - unhealthySince >= options.graceMs) finish(broken.map(({ name, reason }) => `${name}: ${reason}`).join('; '))
    }
  }
  const timer = setInterval(() => void look(), options.lookMs ?? LOOK_MS)
  return { ended, stop: () => clearInterval(timer) }
}
