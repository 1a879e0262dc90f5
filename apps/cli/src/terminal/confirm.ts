import { createInterface } from 'node:readline/promises'

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
