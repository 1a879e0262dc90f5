import { expect, it } from 'vitest'
import type { ApiClient } from './api-client.js'
import { untilSearchable } from './until-searchable.js'

it('polls until nothing waits for the index, and reports how much does', async () => {
  const answers = [{ index: { pending: 1_200, failed: 0 } }, { index: { pending: 3, failed: 1 } }, { index: { pending: 0, failed: 1 } }]
  const api = { call: async () => answers.shift() } as unknown as ApiClient
  const waited: number[] = []
  await untilSearchable(api, (pending) => waited.push(pending))
  expect(waited).toEqual([1_200, 3])
  expect(answers).toEqual([])
})
