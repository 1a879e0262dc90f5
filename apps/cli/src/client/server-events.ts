/** One server-sent event. */
export interface ServerEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Parses server-sent events (WHATWG HTML, section 9.2) from the bytes of a response; comments are skipped. */
export async function* toServerEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let event = empty()
  for await (const piece of bytes) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines.map((text) => text.replace(/\r$/u, ''))) {
      if (line === '') {
        if (event.data.length > 0) yield { id: event.id, event: event.event, data: event.data.join('\n') }
        event = empty()
        continue
      }
      const colon = line.indexOf(':')
      const [field, value] = colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /u, '')]
      if (field === 'data') event.data.push(value)
      else if (field === 'id' || field === 'event') event[field] = value
    }
  }
}

const empty = (): { id: string; event: string; data: string[] } => ({ id: '', event: 'message', data: [] })
