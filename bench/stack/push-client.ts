import { connect, type Socket } from 'node:net'

/** One kept connection that sends one request at a time: as little work as can be, since the sender shares the machine with what it measures. */
export interface PushConnection {
  readonly busy: boolean
  /** Sends the bytes of a whole request; answers the status. */
  send(request: Buffer): Promise<number>
  close(): void
}

/** Connects when first used, and again after the server closed the connection. */
export const createPushConnection = (url: URL): PushConnection => {
  let socket: Socket | null = null
  let pending: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null
  let received = ''

  const end = (error: Error): void => {
    socket = null
    received = ''
    pending?.reject(error)
    pending = null
  }
  const open = (): Socket => {
    const opened = connect(Number(url.port), url.hostname)
    opened.setNoDelay(true).setEncoding('latin1')
    opened.on('data', (text: unknown) => {
      received += String(text)
      const status = wholeAnswer(received)
      if (status === null) return
      received = ''
      const { resolve } = pending ?? {}
      pending = null
      resolve?.(status)
    })
    opened.on('error', end)
    opened.on('close', () => end(new Error('the server closed the connection')))
    return opened
  }

  return {
    get busy() {
      return pending !== null
    },
    send: (request) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject }
        socket ??= open()
        socket.write(request)
      }),
    close: () => socket?.destroy(),
  }
}

/** The status of an answer that has come whole; null until then. Our answers all name their length. */
const wholeAnswer = (text: string): number | null => {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return null
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
  return text.length >= head + 4 + length ? Number(text.slice(9, 12)) : null
}
