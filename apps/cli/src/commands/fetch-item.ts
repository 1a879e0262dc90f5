import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { withQuery } from '../client/api-client.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

export interface FetchFlags extends Omit<RemoteFlags, 'output'> {
  readonly output?: string
  readonly refresh?: boolean
}

/** `inlet fetch`: writes the bytes of an item to a file or to standard output. */
export const fetchItem = async (ref: string, path: string, flags: FetchFlags, context: CommandContext): Promise<void> => {
  const address = withQuery(`/v1/sources/${encodeURIComponent(ref)}/browse/content`, { path, refresh: flags.refresh })
  const { bytes, headers } = await openApi(flags, context).download(address)
  const stream = Readable.fromWeb(bytes)
  if (flags.output === undefined) return pipeline(stream, context.stdout, { end: false })
  await writeWhole(stream, flags.output)
  if (flags.json)
    context.terminal.line(JSON.stringify({ file: flags.output, size: Number(headers.get('content-length')), etag: headers.get('etag') }, null, 2))
  else context.terminal.line(`${flags.output}: ${headers.get('content-length')} bytes`)
}

/** Writes to a temporary file beside the target until it is complete. */
const writeWhole = async (stream: Readable, file: string): Promise<void> => {
  const partial = `${file}.part`
  try {
    await pipeline(stream, createWriteStream(partial))
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
