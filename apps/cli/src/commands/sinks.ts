import type { SinkTestView, SinkView } from '@inlet/contract'
import { EXIT } from '../output/exit-codes.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { readSecret } from './pairs.js'

export interface SinkChangeFlags extends RemoteFlags {
  readonly name?: string
  readonly address?: string
  readonly secret?: string
  readonly batchSize?: number
}

export interface SinkFlags extends SinkChangeFlags {
  readonly name: string
  readonly address: string
  readonly from?: string
  readonly source?: readonly string[]
  readonly stream?: string
  readonly recordKind?: string
}

/** `inlet sinks create` */
export const createSink = async (flags: SinkFlags, context: CommandContext): Promise<void> => {
  const { from, source, stream, recordKind } = flags
  const created = await openApi(flags, context).call<SinkView & { readonly secret: string | null }>('POST', '/v1/sinks', {
    ...toSettings(flags, context),
    ...(from === undefined ? {} : { from }),
    ...(source === undefined ? {} : { sources: source }),
    ...(stream === undefined ? {} : { stream }),
    ...(recordKind === undefined ? {} : { recordKind }),
  })
  show(context, flags, created, {
    lines: () => [
      `${created.name}: changes are delivered to it. See how far it is with: inlet sinks get ${created.id}`,
      ...(created.secret === null ? [] : [`Messages are signed with ${created.secret}; it is shown only once.`]),
    ],
    names: () => [created.id],
  })
}

const toSettings = ({ name, address, secret, batchSize }: SinkChangeFlags, { env }: CommandContext): Readonly<Record<string, unknown>> => ({
  ...(name === undefined ? {} : { name }),
  ...(address === undefined ? {} : { url: address }),
  ...(secret === undefined ? {} : { secret: readSecret(secret, env) }),
  ...(batchSize === undefined ? {} : { batchSize }),
})

/** `inlet sinks update` */
export const updateSink = async (id: string, flags: SinkChangeFlags, context: CommandContext): Promise<void> => {
  const changes = toSettings(flags, context)
  if (Object.keys(changes).length === 0) throw new Error('specify what to change: --name, --address, --secret or --batch-size')
  const sink = await openApi(flags, context).call<SinkView>('PATCH', pathOf(id), changes)
  show(context, flags, sink, {
    lines: () => [`${sink.name}: changed. See what its receiver answers with: inlet sinks test ${id}`],
    names: () => [sink.id],
  })
}

/** `inlet sinks pause|resume` */
export const switchSink = async (id: string, active: boolean, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const sink = await openApi(flags, context).call<SinkView>('PATCH', pathOf(id), { active })
  show(context, flags, sink, { lines: () => [`${sink.name}: ${sink.status}. ${sink.next}`], names: () => [sink.id] })
}

/** `inlet sinks test`: the command fails if the receiver does not accept the message. */
export const testSink = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<number> => {
  const tried = await openApi(flags, context).call<SinkTestView>('POST', `${pathOf(id)}/test`)
  const { delivered, status, error, durationMs, next } = tried
  show(context, flags, tried, {
    lines: () => [delivered ? `The receiver answers ${status}, after ${durationMs} ms.` : `It was not taken: ${error}. ${next}`],
    names: () => [id],
  })
  return delivered ? EXIT.done : EXIT.failed
}

/** `inlet sinks delete` */
export const deleteSink = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', pathOf(id))
  show(context, flags, { deleted: id }, { lines: () => [`${id} is deleted.`], names: () => [id] })
}

const pathOf = (id: string): string => `/v1/sinks/${encodeURIComponent(id)}`
