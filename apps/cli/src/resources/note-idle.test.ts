import { describe, expect, it } from 'vitest'
import { noteIdle } from './source-resources.js'

const process = (role: string, more: object = {}) => ({ role, alive: true, refuses: null, problem: null, ...more })
const note = (...items: readonly object[]) => noteIdle({ call: async () => ({ items }) as never })

describe('noteIdle', () => {
  it('says nothing while there are workers and scribes', async () => {
    expect(await note(process('worker'), process('worker', { alive: false }), process('scribe'))).toEqual([])
  })
  it('says that nothing is read or stored, and how to start a process', async () => {
    expect((await note(process('worker', { alive: false }))).join('\n')).toMatch(
      /no worker is alive[^\n]+-d worker[^]+no scribe is alive[^\n]+-d scribe/,
    )
  })
  it('says that a database refuses what live processes store, and what to do', async () => {
    const full = process('scribe', { reason: 'DISK_FULL', problem: 'the disk of the database is full' })
    expect((await note(process('worker'), full)).join('')).toMatch(
      /a scribe cannot store: DISK_FULL: the disk of the database is full\. An operator has to free/,
    )
  })
  it('says why live processes take no work', async () => {
    const skewed = process('worker', { refuses: 'clock', problem: 'the clock is 12 s ahead' })
    expect(await note(skewed, process('scribe'))).toEqual([
      '',
      expect.stringMatching(/^! no worker takes work: the clock is 12 s ahead\. Correct the clock of that machine \(NTP\)/),
    ])
    expect(await note(skewed, process('worker'), process('scribe'))).toEqual([])
  })
})
