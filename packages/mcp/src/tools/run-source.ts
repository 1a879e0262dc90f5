import { findUuid, sha256Hex } from '@inlet/domain'
import { z } from 'zod'
import { ApiRefusal, segment } from '../inlet-api.js'
import { defineTool } from '../tool.js'

/** Reads a source now; repeating a call with the same key starts nothing twice. */
export const runSource = defineTool({
  name: 'run_source',
  description: 'Read a source now. Returns the run; poll it with list_runs. Repeat with the same idempotencyKey after a lost answer.',
  scope: 'write',
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: z.object({
    source: z.string().describe('Its slug or id.'),
    idempotencyKey: z.string().min(8).max(200).describe('A new random text for each run you ask for.'),
  }),
  output: z.object({ runId: z.string(), started: z.boolean() }),
  run: async ({ api }, { source, idempotencyKey }) => {
    const path = `/v1/sources/${segment(source)}/run`
    try {
      const { runId } = await api<{ runId: string }>({ method: 'POST', path, body: {}, headers: { 'idempotency-key': toHeader(idempotencyKey) } })
      return { runId, started: true }
    } catch (error) {
      // A source has one run at a time; the active one will do.
      const active = error instanceof ApiRefusal && error.code === 'RUN_IN_PROGRESS' ? findUuid(error.message) : null
      if (active === null) throw error
      return { runId: active, started: false }
    }
  },
})

/** A header holds no line breaks and no letters beyond ASCII, which an agent may choose all the same. */
const toHeader = (key: string): string => (/^[\x21-\x7e]+$/u.test(key) ? key : sha256Hex(key))
