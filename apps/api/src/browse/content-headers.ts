/** Bytes of somebody else's system: a download in every browser, and never code of this address. */
export const contentHeaders = (content: { readonly name: string; readonly mediaType: string }): Record<string, string> => ({
  'content-type': content.mediaType,
  'content-disposition': toDisposition(content.name),
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'accept-ranges': 'bytes',
  'cache-control': 'private, no-cache',
})

/** RFC 6266: a plain name for old clients, the real one in UTF-8. */
const toDisposition = (name: string): string => {
  const plain = name.replaceAll(/[^\w .()-]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
