import { expect, it } from 'vitest'
import { classifyProcesses } from './classify.js'

type Process = Parameters<typeof classifyProcesses>[0][number]
const process = (role: Process['role'], changes: Partial<Process> = {}): Process => ({
  id: role,
  role,
  alive: true,
  refuses: null,
  problem: null,
  reason: null,
  ...changes,
})

it.each<[string, readonly Process[], string, string]>([
  ['all is well', [process('worker'), process('worker'), process('scribe')], 'ok', '2 workers and 1 scribe alive'],
  ['nothing runs', [process('worker', { alive: false })], 'warn', 'no worker and no scribe is alive'],
  ['no worker', [process('worker', { alive: false }), process('scribe')], 'fail', 'no worker is alive'],
  ['no scribe', [process('worker'), process('scribe', { alive: false })], 'fail', 'no scribe is alive'],
  [
    'a full disk',
    [process('worker'), process('scribe', { reason: 'DISK_FULL', problem: 'it is full' })],
    'fail',
    'scribe scribe cannot store: DISK_FULL: it is full',
  ],
  ['a wrong clock', [process('worker', { refuses: 'clock', problem: '5 s off' }), process('scribe')], 'fail', 'worker worker takes no work: 5 s off'],
  [
    'its wrong clock',
    [process('worker'), process('scribe', { refuses: 'clock', problem: '5 s off' })],
    'fail',
    'scribe scribe takes no work: 5 s off',
  ],
])('%s', (_, known, status, message) => {
  expect(classifyProcesses(known)).toMatchObject({ status, message })
})
