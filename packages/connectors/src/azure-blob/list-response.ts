import { Failure } from '@inlet/connector-sdk'
import type { Blob, BlobPage } from '../blobs/blob-store.js'
import { childOf, readXmlTree, textOf, type XmlElement } from '../parsing/xml/read-xml-tree.js'

/** Parses one List Blobs response. Throws CONTENT_MISMATCH, UPSTREAM_INVALID. */
export const toBlobPage = async (xml: string): Promise<BlobPage> => {
  const result = await readXmlTree(xml)
  if (result.name !== 'EnumerationResults')
    throw new Failure('CONTENT_MISMATCH', 'the store does not return the listing of a container; is this its blob endpoint?')
  const entries = childOf(result, 'Blobs')?.children
  const marker = childOf(result, 'NextMarker')
  // The service sends both in every response; without them nothing proves that the list has ended.
  if (entries === undefined || marker === undefined)
    throw new Failure('READING_INCOMPLETE', 'the store answers with a list that lacks its blobs or its end (Blobs, NextMarker)')
  const next = textOf(result, 'NextMarker')
  return {
    blobs: entries.filter((entry) => entry.name === 'Blob' && !isFolder(entry)).map(toBlob),
    folders: entries.filter(({ name }) => name === 'BlobPrefix').map(nameOf),
    next: next === '' ? null : next,
  }
}

/** Accounts with a hierarchical namespace list folders next to blobs. */
const isFolder = (entry: XmlElement): boolean => textOf(childOf(entry, 'Properties'), 'ResourceType') === 'directory'

/** Names with characters that XML cannot represent are percent-encoded and marked. */
const nameOf = (entry: XmlElement): string => {
  const element = childOf(entry, 'Name')
  const name = element?.text ?? ''
  return element?.attributes['Encoded'] === 'true' ? decodeURIComponent(name) : name
}

const toBlob = (entry: XmlElement): Blob => {
  const properties = childOf(entry, 'Properties')
  const name = nameOf(entry)
  const size = Number(textOf(properties, 'Content-Length'))
  const modifiedAt = new Date(textOf(properties, 'Last-Modified'))
  const contentType = textOf(properties, 'Content-Type')
  if (name === '' || !Number.isSafeInteger(size) || Number.isNaN(modifiedAt.getTime()))
    throw new Failure('UPSTREAM_INVALID', 'the store lists a blob without name, size or time')
  const etag = textOf(properties, 'Etag')
  return { name, size, modifiedAt, etag: etag.startsWith('"') ? etag : `"${etag}"`, ...(contentType === '' ? {} : { contentType }) }
}
