/** Text in the charset that a Content-Type names, UTF-8 when it names none or an unknown one; a byte order mark goes. */
export const decodeText = (bytes: Buffer, contentType: string | undefined): string => {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
  if (charset === 'utf-8' || charset === 'utf8') {
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    return bytes.toString('utf8', hasMark ? 3 : 0)
  }
  return decoderOf(charset).decode(bytes)
}

const decoderOf = (charset: string): InstanceType<typeof TextDecoder> => {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
