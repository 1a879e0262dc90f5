import { Failure } from '@inlet/connector-sdk'
import type { BlobPage } from '../blobs/blob-store.js'
import { readXmlTree, textOf, type XmlElement } from '../parsing/xml/read-xml-tree.js'

/** Parses one ListObjectsV2 response. Throws CONTENT_MISMATCH, UPSTREAM_INVALID. */
export const toBlobPage = async (xml: string): Promise<BlobPage> => {
  const result = await readXmlTree(xml)
  if (result.name !== 'ListBucketResult')
    throw new Failure('CONTENT_MISMATCH', 'the store does not return the listing of a bucket; is this its S3 endpoint?')
  const decode = textOf(result, 'EncodingType') === 'url' ? decodeName : (name: string) => name
  const next = textOf(result, 'NextContinuationToken')
  const truncated = textOf(result, 'IsTruncated').toLowerCase()
  // Without this nothing proves the end of the list, and what is missing from it would be deleted.
  if (truncated !== 'true' && truncated !== 'false')
    throw new Failure('READING_INCOMPLETE', 'the store does not say whether its list is complete (IsTruncated)')
  if (truncated === 'true' && next === '')
    throw new Failure('READING_INCOMPLETE', 'the store truncates its list, but does not say where it continues')
  return {
    blobs: result.children.filter(({ name }) => name === 'Contents').map((element) => toBlob(element, decode)),
    folders: result.children.filter(({ name }) => name === 'CommonPrefixes').map((element) => decode(rawText(element, 'Prefix'))),
    next: next === '' ? null : next,
  }
}

const toBlob = (element: XmlElement, decode: (name: string) => string) => {
  const name = decode(rawText(element, 'Key'))
  const size = Number(textOf(element, 'Size'))
  const modifiedAt = new Date(textOf(element, 'LastModified'))
  if (name === '' || !Number.isSafeInteger(size) || Number.isNaN(modifiedAt.getTime()))
    throw new Failure('UPSTREAM_INVALID', 'the store lists an object without name, size or time')
  return { name, size, modifiedAt, etag: textOf(element, 'ETag') }
}

/** Spaces at the ends of a name are part of it. */
const rawText = (element: XmlElement, name: string): string => element.children.find((child) => child.name === name)?.text ?? ''

/** Form-encoded: a plus is a space. */
const decodeName = (name: string): string => {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    throw new Failure('UPSTREAM_INVALID', 'the store lists a name in an encoding that cannot be undone')
  }
}
