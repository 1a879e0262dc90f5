import type { EgressTarget, StreamSpec } from '@inlet/connector-sdk'
import { keyText, type SourceRecord } from '@inlet/domain'
import { searchableText } from '@inlet/search'

/** The records read from a stream, and what they became. */
export interface StreamSample {
  readonly spec: StreamSpec
  readonly raw: readonly SourceRecord[]
  /** By raw record: what would be stored. */
  readonly mapped: readonly (readonly SourceRecord[])[]
  readonly rejected: number
  /** Whether it is right that nothing came: other streams have what the source holds, such as the rows of its files where there are no documents. */
  readonly mayBeEmpty: boolean
}

export interface Warning {
  readonly code: 'EMPTY' | 'NOT_INCREMENTAL' | 'DELETES_NOT_FOUND' | 'KEY_NOT_UNIQUE' | 'TEXT_MISSING' | 'ALL_DROPPED' | 'REJECTED' | 'CLEAR_TEXT'
  readonly stream: string
  readonly message: string
}

/** Returns what a user should know before a stream goes live. Pure. */
export const warnOf = ({ spec, raw, mapped, rejected, mayBeEmpty }: StreamSample): readonly Warning[] => {
  const stored = mapped.flat().filter(({ op }) => op !== 'delete')
  const keys = new Set(stored.map(({ key }) => keyText(key)))
  const found: [Warning['code'], boolean, string][] = [
    ['EMPTY', raw.length === 0 && rejected === 0 && !mayBeEmpty, 'no record came'],
    [
      'NOT_INCREMENTAL',
      // Files have no cursor, whatever the settings say.
      !spec.incremental && spec.kind !== 'document' && spec.catalog !== true,
      'each run reads all of it again and stores what has changed; with a cursor in the settings (a field that grows with every change, such as the time of the last one), runs would read only what is new',
    ],
    ['DELETES_NOT_FOUND', spec.deletes === 'none', 'what is deleted at the source stays stored'],
    [
      'KEY_NOT_UNIQUE',
      keys.size < stored.length,
      `${stored.length - keys.size} of ${stored.length} records have the key of another one, which they replace`,
    ],
    [
      'TEXT_MISSING',
      stored.length > 0 && stored.every(isHidden),
      'no record has a title, a text or strings in its data, so that search finds them by their keys only; a mapping can set title and text',
    ],
    ['ALL_DROPPED', raw.length > 0 && stored.length === 0 && rejected === 0, 'the mapping drops every record'],
    ['REJECTED', rejected > 0, `${rejected === 1 ? 'one record' : `${rejected} records`} could not be used and would go to quarantine`],
  ]
  return found.flatMap(([code, applies, message]) => (applies ? [{ code, stream: spec.name, message }] : []))
}

/** Whether streams share by its kind what a catalog lists, as of files, and some have it: the others may then be empty. Pure. */
export const hasContentElsewhere = (streams: readonly { readonly spec: StreamSpec; readonly found: number }[]): boolean =>
  streams.some(({ spec }) => spec.catalog === true) && streams.some(({ spec, found }) => spec.catalog !== true && found > 0)

const isHidden = ({ key, title, text, data }: SourceRecord): boolean => searchableText({ key: keyText(key), title, text, data }).from === 'none'

/** Warns of secrets that are sent to another machine over plain HTTP. Pure. */
export const warnOfClearText = (found: { readonly targets: readonly EgressTarget[]; readonly hasSecrets: boolean }): readonly Warning[] => {
  const hosts = found.targets.flatMap((target) => ('url' in target && target.url.startsWith('http:') ? [new URL(target.url).host] : []))
  const [host] = hosts.filter((name) => !/^(localhost|127\.|\[::1\])/u.test(name))
  return host === undefined || !found.hasSecrets
    ? []
    : [{ code: 'CLEAR_TEXT', stream: '', message: `secrets travel to ${host} in clear text, where others on the way can read them: use https` }]
}
