// The process that evaluates expressions: plain JavaScript, so that Node runs it without a build and from a folder of two files.
// It is not trusted: the parent checks whatever it returns.

import dgram from 'node:dgram'
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { setFlagsFromString } from 'node:v8'

const [, , library, timeoutText] = process.argv
const timeoutMs = Number(timeoutText)
/** A chunk returns what it has after this time, so that a kill costs little and a slow chunk is not mistaken for a slow record. */
const CHUNK_MS = timeoutMs / 2
const CHUNK_CHARACTERS = 8_388_608
const MAX_DEPTH = 200
const PROGRESS_FD = 4

// Regular expressions that backtrack too much continue in an engine without backtracking, if it supports them.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
const deny = () => {
  throw new Error('a mapping has no network')
}
net.Socket.prototype.connect = deny
net.Server.prototype.listen = deny
dgram.createSocket = deny
globalThis.fetch = deny

const jsonata = createRequire(library)(library)
const compiled = new Map()

const compile = (expression) => {
  let found = compiled.get(expression)
  if (found === undefined) {
    if (compiled.size >= 100) compiled.clear()
    found = jsonata(expression, { timeout: timeoutMs, stack: 1_000, sequence: 1_000_000 })
    compiled.set(expression, found)
  }
  return found
}

const evaluate = async (expression, input) => {
  try {
    const result = await compile(expression).evaluate(JSON.parse(input))
    if (result === undefined) return { json: 'null' }
    assertPlain(result, 0)
    return { json: JSON.stringify(result) }
  } catch (error) {
    return { code: String(error?.code ?? ''), message: String(error?.message ?? error).slice(0, 1_000) }
  }
}

/** Throws for what JSON.stringify would silently change or omit. */
const assertPlain = (value, depth) => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`the result holds ${value}, which is not a JSON number`)
  if (typeof value === 'function') throw new Error('the result holds a function')
  if (typeof value !== 'object' || value === null) return
  if (value._jsonata_lambda === true || value._jsonata_function === true) throw new Error('the result holds a function')
  if (depth >= MAX_DEPTH) throw new Error(`the result has more than ${MAX_DEPTH} levels`)
  // Not the keys of a list: JSONata attaches methods of its own to the lists it creates.
  if (Array.isArray(value)) for (const item of value) assertPlain(item, depth + 1)
  else for (const key of Object.keys(value)) assertPlain(value[key], depth + 1)
}

const answer = async ({ expression, inputs }) => {
  const started = performance.now()
  const outputs = []
  let characters = 0
  for (const input of inputs) {
    // One byte per record begun shows the parent which one this process died of.
    writeSync(PROGRESS_FD, '.')
    const output = await evaluate(expression, input)
    outputs.push(output)
    characters += output.json?.length ?? 0
    if (performance.now() - started > CHUNK_MS || characters > CHUNK_CHARACTERS) break
  }
  process.send({ outputs })
}

process.on('message', (request) => void answer(request))
process.on('disconnect', () => process.exit(0))
process.send({ ready: true })
