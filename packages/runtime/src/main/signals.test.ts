import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { waitForSignal } from './signals.js'

const createHost = () => {
  const exits: number[] = []
  return { host: Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) }), exits }
}

describe('waitForSignal', () => {
  it('resolves with the first signal and treats its echo as the same request', async () => {
    const { host, exits } = createHost()
    const stopped = waitForSignal(host, () => 5)
    host.emit('SIGINT')
    host.emit('SIGTERM')
    expect(await stopped).toBe('SIGINT')
    expect(exits).toEqual([])
  })

  it('exits 130 when asked again more than a second later', () => {
    const { host, exits } = createHost()
    let now = 0
    void waitForSignal(host, () => now)
    host.emit('SIGTERM')
    now = 1_001
    host.emit('SIGTERM')
    expect(exits).toEqual([130])
  })
})
