import { describe, expect, it } from 'vitest'
import { accountAccess } from './account-access.js'

const key = Buffer.from('a key').toString('base64')

describe('how a storage account is reached', () => {
  it('uses the account name, an endpoint, or a connection string', () => {
    expect(accountAccess({ account: 'mine' }, {})).toMatchObject({
      origin: 'https://mine.blob.core.windows.net',
      path: '',
      credential: { kind: 'anonymous' },
    })
    expect(accountAccess({ account: 'mine', endpoint: 'https://blob.example.com/mine/' }, { accountKey: key })).toMatchObject({
      origin: 'https://blob.example.com',
      path: '/mine',
      credential: { kind: 'key', account: 'mine' },
    })
    const connectionString = `DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=${key};EndpointSuffix=core.chinacloudapi.cn`
    expect(accountAccess({}, { connectionString })).toMatchObject({
      origin: 'https://mine.blob.core.chinacloudapi.cn',
      credential: { account: 'mine' },
    })
    expect(accountAccess({}, { connectionString: 'UseDevelopmentStorage=true' })).toMatchObject({
      origin: 'http://127.0.0.1:10000',
      path: '/devstoreaccount1',
    })
  })

  it.each([
    ['no account', {}, {}, 'config.account'],
    ['two secrets', { account: 'mine' }, { accountKey: key, sasToken: 'sig=x' }, 'secrets.sasToken'],
    ['a key without its account', { endpoint: 'https://x.test' }, { accountKey: key }, 'config.account'],
    ['a key that is none', { account: 'mine' }, { accountKey: 'not base64!' }, 'secrets.accountKey'],
    ['a signature that is none', { account: 'mine' }, { sasToken: 'sv=2020' }, 'secrets.sasToken'],
    ['another account', { account: 'mine' }, { connectionString: `AccountName=other;AccountKey=${key}` }, 'config.account'],
    ['a connection string that is none', {}, { connectionString: 'hello' }, 'secrets.connectionString'],
    ['a signature in the endpoint', { endpoint: 'https://x.test/?sig=1' }, {}, 'config.endpoint'],
  ])('refuses %s, with the field', (_what, config, secrets, field) => {
    expect(() => accountAccess(config, secrets)).toThrow(expect.objectContaining({ field }))
  })
})
