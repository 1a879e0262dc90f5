import type { GenerationView, SinkView } from '@inlet/contract'
import { type Finding, ok, warn } from './finding.js'

const MAX_NAMED = 5

/** Reports sinks whose receivers do not accept changes; empty without sinks. Pure. */
export const classifySinks = (sinks: readonly Pick<SinkView, 'name' | 'status'>[]): readonly Finding[] => {
  if (sinks.length === 0) return []
  const behind = sinks.filter(({ status }) => status === 'failing' || status === 'refused')
  if (behind.length === 0) return [ok('sinks', `${sinks.length === 1 ? 'one' : `all ${sinks.length}`} without failures`)]
  const named = behind.slice(0, MAX_NAMED).map(({ name, status }) => `${name} (${status})`)
  const more = behind.length > MAX_NAMED ? ', …' : ''
  return [
    warn(
      'sinks',
      `${behind.length} of ${sinks.length} get no changes: ${named.join(', ')}${more}`,
      '`inlet sinks` lists them, `inlet sinks get <sink>` says why.',
    ),
  ]
}

/** Reports models whose vectors cannot be made; empty without models. Pure. */
export const classifyGenerations = (generations: readonly Pick<GenerationView, 'model' | 'problem'>[]): readonly Finding[] => {
  const troubled = generations.filter(({ problem }) => problem !== null)
  if (generations.length === 0) return []
  if (troubled.length === 0) return [ok('embeddings', `${generations.map(({ model }) => model).join(', ')} without problems`)]
  return troubled.map(({ model, problem }) =>
    warn('embeddings', `${model}: ${problem}`, '`inlet generations` shows the progress; search uses words meanwhile.'),
  )
}
