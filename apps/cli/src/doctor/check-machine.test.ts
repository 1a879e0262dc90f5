import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { checkRoots } from './check-machine.js'

it('names roots that do not exist, such as a list with another separator', () => {
  const root = tmpdir()
  expect(checkRoots(undefined)).toEqual([])
  expect(checkRoots(`${root}, ${root}`)).toEqual([])
  expect(checkRoots(`${root}:${root}`)).toMatchObject([{ status: 'fail', message: `${root}:${root} does not exist` }])
})
