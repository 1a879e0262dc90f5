import { describe, expect, it } from 'vitest'
import { canonicalQuery, encodePath, signV4 } from './sign-v4.js'

// The examples from Amazon's own documentation of Signature Version 4, with their keys, requests and results.
const scope = {
  keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  region: 'us-east-1',
  now: new Date('2013-05-24T00:00:00Z'),
}
const host = 'examplebucket.s3.amazonaws.com'

describe('Signature Version 4', () => {
  it.each([
    [
      'an object with a range',
      { path: '/test.txt', query: {}, headers: { range: 'bytes=0-9' } },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'a parameter without a value',
      { path: '/', query: { lifecycle: '' }, headers: {} },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'a list',
      { path: '/', query: { prefix: 'J', 'max-keys': '2' }, headers: {} },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('signs %s as Amazon does', (_what, request, signature) => {
    const { authorization } = signV4({ method: 'GET', host, ...request }, scope)
    expect(authorization).toContain(`Signature=${signature}`)
    expect(authorization).toContain('Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request')
  })

  it('signs the token of temporary keys', () => {
    const headers = signV4({ method: 'GET', host, path: '/', query: {}, headers: {} }, { ...scope, keys: { ...scope.keys, sessionToken: 'token' } })
    expect(headers['x-amz-security-token']).toBe('token')
    expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,')
  })
})

it('encodes all but unreserved characters', () => {
  expect(encodePath("/a b/ü'(1)*!~")).toBe('/a%20b/%C3%BC%27%281%29%2A%21~')
  expect(canonicalQuery({ b: '1/2', 'a-b': '+', A: '' })).toBe('A=&a-b=%2B&b=1%2F2')
})
