#!/usr/bin/env node
import { waitForSignal } from '@inlet/runtime'
import { CommanderError } from 'commander'
import { EXIT } from './output/exit-codes.js'
import { errorLines, explainError } from './output/explain-error.js'
import { buildProgram } from './program/build-program.js'
import { confirm } from './terminal/confirm.js'
import { createTerminal } from './terminal/terminal.js'

// Listening from the first line on: a Ctrl-C while things start must close what has been opened.
const stopped = waitForSignal()

// A reader such as `head` may close the pipe early; that is no error of ours.
process.stdout.on('error', () => process.exit(0))

let exitCode = 0
const context = {
  terminal: createTerminal(process.stdout, { color: !process.env['NO_COLOR'] }),
  env: process.env,
  stopped,
  confirm: (question: string) => confirm({ input: process.stdin, output: process.stderr }, question),
}

try {
  await buildProgram(context, (code) => {
    exitCode = code
  }).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : EXIT.usage
  else {
    const explained = explainError(error)
    const { exitCode: code, ...shown } = explained
    exitCode = code
    process.stderr.write(`${process.argv.includes('--json') ? JSON.stringify({ error: shown }) : errorLines(explained).join('\n')}\n`)
  }
}
// What was printed into a pipe is written first.
process.stdout.write('', () => process.exit(exitCode))
