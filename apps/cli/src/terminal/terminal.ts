/** A command's output: plain lines, or a block that is redrawn in place on a terminal. */
export interface Terminal {
  /** Whether a block is redrawn in place. */
  readonly redraws: boolean
  line(text?: string): void
  /** Shows a block; on a terminal it replaces the previous block, elsewhere only changed lines are printed. */
  block(lines: readonly string[]): void
  /** Leaves the last block in place. */
  endBlock(): void
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  /** Runs work, printing a line before it and its duration after it. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>
}

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** Creates a terminal. Without a TTY nothing is redrawn; without one, or with `color: false` (NO_COLOR), nothing is colored. */
export const createTerminal = (out: Output, options: { readonly color?: boolean } = {}): Terminal => {
  const fancy = out.isTTY === true
  const colored = fancy && options.color !== false
  let drawn = 0
  let printed = new Set<string>()
  const style = (code: number) => (text: string) => (colored ? `\u001b[${code}m${text}\u001b[0m` : text)
  /** The step in progress, whose line is not finished. */
  let going = ''
  const line = (text = ''): void => void out.write(fancy && going !== '' ? `\r\u001b[K${text}\n${going}` : `${text}\n`)
  return {
    redraws: fancy,
    line,
    block(lines) {
      if (fancy) {
        if (drawn > 0) out.write(`\u001b[${drawn}A\u001b[J`)
        out.write(lines.map((text) => `${text}\n`).join(''))
        drawn = lines.length
        return
      }
      for (const text of lines) if (!printed.has(text)) line(text)
      printed = new Set(lines)
    },
    endBlock() {
      drawn = 0
      printed = new Set()
    },
    bold: style(1),
    dim: style(2),
    red: style(31),
    green: style(32),
    yellow: style(33),
    async step(title, work) {
      const startedAt = Date.now()
      going = `  … ${title}`
      if (fancy) out.write(going)
      try {
        const result = await work()
        going = ''
        const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
        out.write(fancy ? `\r\u001b[K  ✔ ${title} ${style(2)(`${seconds} s`)}\n` : `  ✔ ${title} (${seconds} s)\n`)
        return result
      } catch (error) {
        going = ''
        out.write(fancy ? `\r\u001b[K  ✘ ${title}\n` : `  ✘ ${title}\n`)
        throw error
      }
    },
  }
}
