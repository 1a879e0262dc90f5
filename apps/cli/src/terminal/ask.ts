import readline from 'node:readline'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

interface Streams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

/** Asks for confirmation; without a terminal nobody can be asked, and the answer is no. */
export const confirm = async ({ input, output }: Streams, question: string): Promise<boolean> => {
  if (input.isTTY !== true) return false
  const lines = createInterface({ input, output })
  try {
    return /^y(es)?$/iu.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}

/** Asks for a line without showing it; without a terminal it returns the first line of the input and asks nothing. Empty when there is none. */
export const askSecret = async ({ input, output }: Streams, question: string): Promise<string> => {
  const terminal = input.isTTY === true
  if (terminal) output.write(question)
  // readline echoes its input to its output.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = readline.createInterface({ input, output: silent, terminal })
  try {
    return await new Promise<string>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
      lines.once('SIGINT', () => lines.close())
    })
  } finally {
    lines.close()
    if (terminal) output.write('\n')
  }
}
