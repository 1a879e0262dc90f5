import type { GenerationView } from '@inlet/contract'

/** A generation as it is typed. */
export interface GenerationValue {
  readonly url: string
  readonly model: string
  readonly apiKey: string
  readonly tokensPerDay: string
  readonly weight: string
  readonly dimensions: string
  readonly questionPrefix: string
  readonly textPrefix: string
  readonly rerankUrl: string
  readonly rerankModel: string
  readonly rerankKey: string
}

export const toGenerationValue = (generation: GenerationView | null): GenerationValue => ({
  url: '',
  model: '',
  apiKey: '',
  tokensPerDay: generation?.tokensPerDay?.toString() ?? '',
  weight: generation?.weight.toString() ?? '',
  dimensions: '',
  questionPrefix: '',
  textPrefix: '',
  rerankUrl: generation?.rerank?.url ?? '',
  rerankModel: generation?.rerank?.model ?? '',
  rerankKey: '',
})

/** Text that is not a number stays text: the API says at the field what it wants. A German comma is one too. */
const toNumber = (text: string): number | string => {
  const number = Number(text.trim().replace(',', '.'))
  return Number.isNaN(number) ? text : number
}

const given = (members: Readonly<Record<string, unknown>>): object => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''))

const number = (text: string): number | string => (text.trim() === '' ? '' : toNumber(text))

const toRerank = ({ rerankUrl, rerankModel, rerankKey }: GenerationValue): object | null =>
  rerankUrl === '' && rerankModel === '' ? null : { url: rerankUrl, model: rerankModel, ...given({ apiKey: rerankKey }) }

export const toCreateBody = (value: GenerationValue): object => ({
  url: value.url,
  model: value.model,
  ...given({
    apiKey: value.apiKey,
    tokensPerDay: number(value.tokensPerDay),
    weight: number(value.weight),
    dimensions: number(value.dimensions),
    questionPrefix: value.questionPrefix,
    textPrefix: value.textPrefix,
  }),
  rerank: toRerank(value),
})

/** Only what was changed: an endpoint that orders hits is asked for its key again when it is named. */
export const toUpdateBody = (value: GenerationValue, before: GenerationView): object => {
  const known = toGenerationValue(before)
  const isRerankChanged = value.rerankUrl !== known.rerankUrl || value.rerankModel !== known.rerankModel || value.rerankKey !== ''
  return {
    ...given({ apiKey: value.apiKey, weight: number(value.weight) }),
    ...(value.tokensPerDay === known.tokensPerDay ? {} : { tokensPerDay: value.tokensPerDay.trim() === '' ? null : toNumber(value.tokensPerDay) }),
    ...(isRerankChanged ? { rerank: toRerank(value) } : {}),
  }
}
