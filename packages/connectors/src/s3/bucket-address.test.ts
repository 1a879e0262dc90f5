import { describe, expect, it } from 'vitest'
import { toBlobPage } from './list-response.js'
import { bucketAddress } from './s3-store.js'

describe('where a bucket answers', () => {
  it.each([
    [{ bucket: 'reports', region: 'eu-central-1' }, 'https://reports.s3.eu-central-1.amazonaws.com', ''],
    [{ bucket: 'my.reports', region: 'eu-central-1' }, 'https://s3.eu-central-1.amazonaws.com', '/my.reports'],
    [{ bucket: 'reports', region: 'cn-north-1' }, 'https://reports.s3.cn-north-1.amazonaws.com.cn', ''],
    [{ bucket: 'reports', region: 'us-east-1', endpoint: 'http://minio.test:9000/' }, 'http://minio.test:9000', '/reports'],
    [{ bucket: 'reports', region: 'auto', endpoint: 'https://store.test/s3', pathStyle: false }, 'https://reports.store.test', '/s3'],
  ])('%j', (config, origin, path) => {
    expect(bucketAddress(config as Parameters<typeof bucketAddress>[0])).toMatchObject({ origin, path })
  })

  it('refuses an endpoint that is none', () => {
    const config = { bucket: 'reports', region: 'us-east-1', endpoint: 'minio' } as Parameters<typeof bucketAddress>[0]
    expect(() => bucketAddress(config)).toThrow(expect.objectContaining({ reason: 'INVALID_URL', field: 'config.endpoint' }))
  })
})

it('decodes names if the store says that it encodes them', async () => {
  const contents = '<Contents><Key>a%2Bb+%C3%BC</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2024-01-01T00:00:00Z</LastModified></Contents>'
  const encoded = await toBlobPage(`<ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>${contents}</ListBucketResult>`)
  expect(encoded.blobs[0]?.name).toBe('a+b ü')
  expect((await toBlobPage(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`)).blobs[0]?.name).toBe('a%2Bb+%C3%BC')
})

it.each(['', '<IsTruncated/>', '<IsTruncated>true</IsTruncated>', '<IsTruncated>maybe</IsTruncated>'])(
  'does not take a list that ends with "%s" for complete',
  async (end) => {
    await expect(toBlobPage(`<ListBucketResult>${end}</ListBucketResult>`)).rejects.toMatchObject({ reason: 'READING_INCOMPLETE' })
  },
)
it('continues where the store says, whatever else it says', async () => {
  const page = await toBlobPage(
    '<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>',
  )
  expect(page.next).toBe('t')
})
