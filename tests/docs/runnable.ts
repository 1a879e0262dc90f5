import { matches } from './documents.js'

/** A fenced block of shell that the docs test runs: its info string is `sh run`. */
export interface RunnableBlock {
  /** Of its first line, from 1. */
  readonly line: number
  readonly script: string
  /** It stays up, such as `inlet up` in a terminal of its own. */
  readonly background: boolean
  /** How its last command ends (`exit=2`). */
  readonly exitCode: number
}

/** A file that a document shows: a fenced block whose first line is a comment with its name. */
export interface ShownFile {
  readonly line: number
  readonly name: string
  readonly text: string
}

const FENCE = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gmu

/** The blocks of a document that are run, and the files it shows, in their order. */
export const readRunnable = (text: string): { readonly blocks: readonly RunnableBlock[]; readonly files: readonly ShownFile[] } => {
  const fences = [...text.matchAll(FENCE)].map(({ 1: language = '', 2: info = '', 3: body = '', index }) => ({
    language,
    words: info.trim().split(/\s+/u),
    body,
    line: text.slice(0, index).split('\n').length + 1,
  }))
  return {
    blocks: fences
      .filter(({ language, words }) => language === 'sh' && words.includes('run'))
      .map(({ words, body, line }) => ({
        line,
        script: body,
        background: words.includes('background'),
        exitCode: Number(matches(/^exit=(\d+)$/gmu, words.join('\n'))[0] ?? 0),
      })),
    files: fences.flatMap(({ language, body, line }) => {
      const name = language === 'yaml' ? /^# ([\w-]+\.yaml)\n/u.exec(body)?.[1] : undefined
      return name === undefined ? [] : [{ line, name, text: body }]
    }),
  }
}
