import { describe, expect, it } from 'vitest'
import type { Schema } from './schema.js'
import { layoutOf } from './secret-ways.js'

const site: Schema = {
  properties: { username: { 'x-way': 'Login' }, password: { 'x-way': 'Login' }, bearerToken: { 'x-way': 'Bearer token' }, extra: {} },
}
const when = (...is: readonly string[]) => ({ setting: 'auth.kind', is })
const api: Schema = {
  properties: { token: { 'x-when': when('bearer') }, secret: { 'x-when': when('plain', 'scram') }, headers: {} },
}

describe('where a form asks for secrets', () => {
  it('offers optional ones as ways to sign in, of which one is chosen', () => {
    expect(layoutOf(site, {})).toEqual({
      asked: [],
      ways: [
        { name: 'Login', secrets: ['username', 'password'] },
        { name: 'Bearer token', secrets: ['bearerToken'] },
      ],
      rest: ['extra'],
      undecided: null,
    })
  })

  it('asks at once for what is required, or has an empty default like the password of a database', () => {
    const schema: Schema = { required: ['token', 'password'], properties: { token: {}, password: { default: '' }, other: {} } }
    expect(layoutOf(schema, {})).toMatchObject({ asked: ['token', 'password'], ways: [], rest: ['other'] })
  })

  it('asks for what the settings decide, and says which setting that is', () => {
    expect(layoutOf(api, {})).toMatchObject({ asked: [], rest: ['headers'], undecided: 'auth' })
    expect(layoutOf(api, { auth: { kind: 'bearer' } })).toMatchObject({ asked: ['token'], undecided: null })
  })

  it('lets one choose instead where there are no settings', () => {
    expect(layoutOf(api)).toMatchObject({
      asked: [],
      ways: [
        { name: 'Bearer', secrets: ['token'] },
        { name: 'Plain / Scram', secrets: ['secret'] },
      ],
      undecided: null,
    })
  })
})
