import type { RequestHandler } from 'express'
import { expect, it, vi } from 'vitest'
import { lazyHandler } from './lazy-handler.js'

const call = (handler: RequestHandler, url: string) => handler({ url } as never, {} as never, () => {})

it('loads a handler at the first request, and once', async () => {
  const served: string[] = []
  const load = vi.fn<() => Promise<RequestHandler>>()
  load.mockResolvedValue(({ url }) => void served.push(url))
  const handler = lazyHandler(load)
  expect(load).not.toHaveBeenCalled()
  await Promise.all([call(handler, '/a'), call(handler, '/b')])
  await call(handler, '/c')
  expect([served, load.mock.calls.length]).toEqual([['/a', '/b', '/c'], 1])
})

it('fails a request that it cannot serve, and serves the next', async () => {
  const served: string[] = []
  const load = vi.fn<() => Promise<RequestHandler>>()
  load.mockRejectedValueOnce(new Error('no such file')).mockResolvedValue(({ url }) => void served.push(url))
  const handler = lazyHandler(load)
  await expect(call(handler, '/a')).rejects.toThrow('no such file')
  await call(handler, '/b')
  expect(served).toEqual(['/b'])
})

it('passes on what a handler rejects with', async () => {
  const handler = lazyHandler(async () => async () => {
    throw new Error('not served')
  })
  await expect(call(handler, '/a')).rejects.toThrow('not served')
})
