import type { Response } from 'express'
import { describe, expect, it } from 'vitest'
import type { Principal } from './principal.js'
import { openStanding, setWhoCallsNow } from './standing.js'

const open = (answers: (Principal | null)[]) => {
  let time = 0
  let looks = 0
  const response = { locals: {} } as Response
  setWhoCallsNow(response, async () => {
    looks += 1
    return answers.shift() ?? null
  })
  const standing = openStanding(response, 'read', () => time)
  return { standing, pass: (ms: number) => (time += ms), looks: () => looks }
}
const reader: Principal = { kind: 'key', id: 'k', name: 'reader', scopes: ['read'] }

describe('the standing of a long request', () => {
  it('is checked once a second at most, for all who ask', async () => {
    const { standing, pass, looks } = open([reader, reader])
    await standing.renew()
    expect(looks()).toBe(0)
    pass(1_000)
    await Promise.all([standing.renew(), standing.renew()])
    await standing.renew()
    expect(looks()).toBe(1)
    pass(1_000)
    await standing.renew()
    expect(looks()).toBe(2)
  })

  it('is lost with the key, and with its scope', async () => {
    const { standing, pass } = open([null, { ...reader, scopes: [] }])
    pass(1_000)
    await expect(standing.renew()).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
    await expect(standing.renew()).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  })
})
