#!/usr/bin/env node
import { waitForSignal } from '@inlet/runtime'
import { runProgram } from './program/run-program.js'
import { askSecret, confirm } from './terminal/ask.js'
import { createTerminal } from './terminal/terminal.js'

// Registered first: a Ctrl-C during startup must close what has been opened.
const stopped = waitForSignal()

// A reader such as `head` may close the pipe early; that is not our error.
process.stdout.on('error', () => process.exit(0))

const exitCode = await runProgram(
  process.argv.slice(2),
  {
    terminal: createTerminal(process.stdout, { color: !process.env['NO_COLOR'] }),
    stdout: process.stdout,
    env: process.env,
    stopped,
    ask: (question) => askSecret({ input: process.stdin, output: process.stderr }, question),
    confirm: (question) => confirm({ input: process.stdin, output: process.stderr }, question),
  },
  { stdout: (text) => void process.stdout.write(text), stderr: (text) => void process.stderr.write(text) },
)
// Output into a pipe is written first.
process.stdout.write('', () => process.exit(exitCode))
