import type { SourceDetail } from '@inlet/contract'

/** The source as `inlet apply` takes it back; secrets are never part of it. */
export const toSourceFile = (source: SourceDetail): object => {
  const { slug, name, connector, config, mapping, schedule, labels, freshWithin, language, credential } = source
  const optional = {
    ...(mapping === null ? {} : { mapping }),
    ...(schedule === null ? {} : { schedule }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(freshWithin === null ? {} : { freshWithin }),
    ...(language === 'auto' ? {} : { language }),
    ...(credential?.name == null ? {} : { credential: credential.name }),
  }
  return { sources: { [slug]: { name, connector, config, ...optional } } }
}
