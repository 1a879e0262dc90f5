import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { timeoutSignal } from './timeout-signal.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const reasonOf = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }))

describe('timeoutSignal', () => {
  it('fires though nothing but a listener refers to it and garbage was collected', async () => {
    const outer = new AbortController()
    const waiting = [reasonOf(timeoutSignal(200, outer.signal)), reasonOf(AbortSignal.any([outer.signal, timeoutSignal(200)]))]
    const collecting = setInterval(collectGarbage, 20)
    const reasons = await Promise.all(waiting)
    clearInterval(collecting)
    expect(reasons.map((reason) => (reason as Error).name)).toEqual(['TimeoutError', 'TimeoutError'])
  })

  it('aborts with the first of the others', async () => {
    const outer = new AbortController()
    const signal = timeoutSignal(60_000, new AbortController().signal, outer.signal)
    const reason = reasonOf(signal)
    outer.abort(new Error('stop'))
    expect(await reason).toEqual(new Error('stop'))
    expect(timeoutSignal(60_000, AbortSignal.abort('before')).reason).toBe('before')
  })
})
