import { Failure } from '@inlet/domain'
import type { Response } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { callerId, findPrincipal, getPrincipal, type Principal, presumePrincipal, readAs, setPrincipal } from './principal.js'

const newResponse = () => ({ locals: {} }) as Response
const reader: Principal = { kind: 'key', id: 'k', name: 'reader', scopes: ['read'] }
const refused = new Failure('UNAUTHENTICATED', 'a valid API key is required')

describe('readAs', () => {
  it('reads for the authenticated caller, and for nobody else', async () => {
    const response = newResponse()
    const read = vi.fn<(principal: Principal) => Promise<string>>(async ({ name }) => name)
    await expect(readAs(response, read)).rejects.toThrow('a valid API key is required')
    expect(read).not.toHaveBeenCalled()
    setPrincipal(response, reader)
    expect(await readAs(response, read)).toBe('reader')
  })

  it('begins for a presumed caller, and returns nothing before that is decided', async () => {
    const response = newResponse()
    let decide = (_principal: Principal): void => {}
    presumePrincipal(response, reader, new Promise((resolve) => void (decide = resolve)))
    const given = vi.fn<(text: string) => void>()
    const began = vi.fn<() => void>()
    const reading = readAs(response, async () => {
      began()
      return 'rows'
    }).then(given)
    expect(began).toHaveBeenCalledOnce()
    await new Promise(setImmediate)
    expect([given.mock.calls, findPrincipal(response), callerId(response)]).toEqual([[], null, 'k'])
    expect(() => getPrincipal(response)).toThrow('a valid API key is required')
    decide({ ...reader })
    await reading
    expect([given.mock.calls, getPrincipal(response)]).toEqual([[['rows']], reader])
  })

  it('drops what was read, and its errors, when the key is refused', async () => {
    for (const outcome of [Promise.resolve('rows'), Promise.reject(new Error('no such column'))]) {
      outcome.catch(() => {})
      const response = newResponse()
      presumePrincipal(response, reader, Promise.reject(refused))
      await expect(readAs(response, () => outcome)).rejects.toBe(refused)
      expect(findPrincipal(response)).toBeNull()
    }
  })

  it('reads again for the actual caller if the key may do something else by now', async () => {
    const response = newResponse()
    presumePrincipal(response, reader, Promise.resolve({ ...reader, scopes: ['admin'] }))
    expect(await readAs(response, async ({ scopes }) => scopes)).toEqual(['admin'])
  })
})
