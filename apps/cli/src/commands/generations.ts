import type { GenerationView } from '@inlet/contract'
import { toTable } from '../output/format.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { readSecret } from './pairs.js'
import { type JudgedFlags, measureSearch } from './search-eval.js'

export interface GenerationFlags extends RemoteFlags {
  readonly address: string
  readonly model: string
  readonly secret?: string
  readonly dimensions?: number
  readonly questionPrefix?: string
  readonly textPrefix?: string
  readonly weight?: string
  readonly tokensPerDay?: string
}

/** `inlet generations create` */
export const createGeneration = async (flags: GenerationFlags, context: CommandContext): Promise<void> => {
  const { address, model, secret, dimensions, questionPrefix, textPrefix, weight, tokensPerDay } = flags
  const created = await openApi(flags, context).call<GenerationView>('POST', '/v1/search/generations', {
    url: address,
    model,
    ...(secret === undefined ? {} : { apiKey: readSecret(secret, context.env) }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(questionPrefix === undefined ? {} : { questionPrefix }),
    ...(textPrefix === undefined ? {} : { textPrefix }),
    ...(weight === undefined ? {} : { weight: Number(weight) }),
    ...(tokensPerDay === undefined ? {} : { tokensPerDay: Number(tokensPerDay) }),
  })
  show(context, flags, created, {
    lines: () => [
      `${created.model}: its vectors are being created. See how far with: inlet generations get ${created.id} --watch`,
      `Compare it with words alone: inlet generations evaluate ${created.id} -f judgments.yaml`,
      `Let searches use it: inlet generations activate ${created.id}`,
    ],
    names: () => [created.id],
  })
}

/** `inlet generations evaluate`: measures judged questions, answered by words alone and with the generation. */
export const evaluateGeneration = async (id: string, flags: RemoteFlags & JudgedFlags, context: CommandContext): Promise<void> => {
  const { weight } = await openApi(flags, context).call<GenerationView>('GET', pathOf(id))
  const words = await measureSearch({ ...flags, mode: 'lexical' }, context)
  const both = await measureSearch({ ...flags, mode: 'hybrid', generation: id }, context)
  const figures = [
    ['nDCG@10', words.ndcg10, both.ndcg10],
    ['recall@100', words.recall100, both.recall100],
    ['success@3', words.success3, both.success3],
  ] as const
  const document = { weight, lexical: withoutAnswers(words), hybrid: withoutAnswers(both) }
  show(context, flags, document, () => [
    ...toTable(
      ['', 'WORDS ALONE', 'WITH VECTORS'],
      figures.map(([name, a, b]) => [name, a.toFixed(3), b.toFixed(3)]),
    ),
    `${words.questions} questions, weight ${weight}.`,
  ])
}

const withoutAnswers = (result: Awaited<ReturnType<typeof measureSearch>>): object => {
  const { answers: _, ...figures } = result
  return figures
}

/** `inlet generations activate` */
export const activateGeneration = async (id: string, flags: RemoteFlags & { readonly force?: boolean }, context: CommandContext): Promise<void> => {
  const one = await openApi(flags, context).call<GenerationView>('POST', `${pathOf(id)}/activate`, flags.force ? { force: true } : {})
  show(context, flags, one, { lines: () => [`Searches use ${one.model} now; \`inlet generations rollback\` goes back.`], names: () => [one.id] })
}

/** `inlet generations rollback` */
export const rollBackGeneration = async (flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const { items } = await openApi(flags, context).call<{ readonly items: readonly GenerationView[] }>('POST', '/v1/search/generations/rollback')
  const active = items.find((one) => one.active)
  show(
    context,
    flags,
    { items },
    {
      lines: () => [active === undefined ? 'Searches use words alone now.' : `Searches use ${active.model} (${active.id}) again.`],
      names: () => (active === undefined ? [] : [active.id]),
    },
  )
}

/** `inlet generations delete` */
export const deleteGeneration = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', pathOf(id))
  show(context, flags, { deleted: id }, { lines: () => [`${id} is deleted; its vectors follow.`], names: () => [id] })
}

const pathOf = (id: string): string => `/v1/search/generations/${encodeURIComponent(id)}`
