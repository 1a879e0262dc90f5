import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ProposalView } from '@inlet/contract'
import { writeSourceFile } from '@inlet/registry-files'
import { fileOf } from '../client/local-file.js'
import { printable } from '../output/format.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

export interface ImportFlags extends Omit<RemoteFlags, 'output'> {
  readonly out?: string
  readonly slug?: string
  readonly path?: readonly string[]
}

/** A larger document is uploaded as a file. */
const MAX_INLINE_BYTES = 1_000_000

/** `inlet import openapi`: turns a document into a file for `inlet apply`. Registers nothing. */
export const importOpenApi = async (source: string, flags: ImportFlags, context: CommandContext): Promise<void> => {
  const api = openApi(flags, context)
  const paths = flags.path ?? []
  const send = (where: object): Promise<ProposalView> => api.call<ProposalView>('POST', '/v1/connectors/api/import', { ...where, paths })
  const proposal = /^https?:/iu.test(source) ? await send({ url: source }) : await sendFile(api, source, send)
  if (flags.json) return context.terminal.line(JSON.stringify(proposal, null, 2))
  const text = toFile(proposal, flags.slug ?? toSlug(proposal.title))
  if (flags.out === undefined) return context.terminal.line(text.trimEnd())
  writeFileSync(flags.out, text)
  context.terminal.line(
    `${flags.out}: ${proposal.streams.length} streams, ${proposal.skipped.length} operations left out. Look through it, then: inlet apply -f ${flags.out}`,
  )
}

const sendFile = async (api: ReturnType<typeof openApi>, file: string, send: (where: object) => Promise<ProposalView>): Promise<ProposalView> => {
  const bytes = readFileSync(file)
  if (bytes.byteLength <= MAX_INLINE_BYTES) return send({ document: bytes.toString('utf8') })
  const upload = await api.upload(fileOf(path.basename(file), bytes))
  try {
    return await send({ upload: upload.id })
  } finally {
    await api.call('DELETE', `/v1/uploads/${upload.id}`)
  }
}

/** Returns the file, preceded by comments that say what was guessed. */
const toFile = (proposal: ProposalView, slug: string): string => {
  const definition = { slug, name: proposal.title, connector: 'api', config: proposal.config }
  const doubts = proposal.streams.filter(({ warnings }) => warnings.length > 0)
  const comments = [
    `Proposed from the document "${proposal.title}". Look through it before it is applied.`,
    ...(proposal.secrets.length === 0
      ? []
      : [`It needs secrets: ${proposal.secrets.join(', ')}. Add e.g. secrets: { ${proposal.secrets[0]}: { fromEnv: … } }`]),
    ...proposal.warnings,
    ...doubts.map(({ name, confidence, warnings }) => `${name} (${confidence}): ${warnings.join('; ')}`),
    ...(proposal.skipped.length === 0 ? [] : [`${proposal.skipped.length} operations make no stream; --json lists them with the reasons.`]),
  ]
  return `${comments.map((line) => `# ${printable(line)}`).join('\n')}\n${writeSourceFile([{ definition, secrets: [] }])}`
}

const toSlug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-+|-+$/gu, '')
    .slice(0, 60) || 'api'
