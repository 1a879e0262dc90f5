import { describe, expect, it } from 'vitest'
import { toTargetBody, toTargetValue } from './target-value.js'

const empty = toTargetValue(null, 'Europe/Berlin')

describe('toTargetBody', () => {
  it('sends of each kind what it has, and nothing that is empty', () => {
    expect(toTargetBody({ ...empty, name: 'chat', kind: 'slack', url: ' https://hooks.example.com/x ' }, true)).toEqual({
      name: 'chat',
      kind: 'slack',
      url: 'https://hooks.example.com/x',
      events: ['error', 'stale', 'quarantine', 'content', 'recovery'],
      quietHours: null,
      groupMinutes: 0,
      active: true,
    })
    const mail = { ...empty, name: 'mail', kind: 'email' as const, url: 'smtp://mail:587', from: 'a@x.com', to: 'b@x.com, c@x.com', isQuiet: true }
    expect(toTargetBody(mail, true)).toMatchObject({
      mail: { from: 'a@x.com', to: ['b@x.com', 'c@x.com'] },
      quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
    })
  })

  it('leaves address, secret and kind of an existing target as they are', () => {
    expect(Object.keys(toTargetBody({ ...empty, name: 'x' }, false))).toEqual(['name', 'events', 'quietHours', 'groupMinutes', 'active'])
  })
})
