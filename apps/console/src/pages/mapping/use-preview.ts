import type { TestResult } from '@inlet/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client } from '../../api/client.js'
import type { MappingValue, RawRecord } from './mapping-value.js'

const PAUSE_MS = 400

/** What a mapping is tried for: a source that exists, or settings that are not saved yet. */
export type Subject = { readonly sourceId: string } | { readonly connector: string }

/** Raw records as they are, beside what this mapping makes of them; follows the typing after a pause. */
export const usePreview = (
  subject: Subject,
  request: { readonly mapping: MappingValue | null; readonly stream: string; readonly raw: readonly RawRecord[] },
) => {
  const { stream, raw } = request
  const mapping = usePaused(request.mapping)
  const sample = { stream, records: raw.map(toSampleRecord) }
  const path = 'sourceId' in subject ? `/v1/sources/${subject.sourceId}/test` : '/v1/sources/test'
  const body = { ...('connector' in subject ? { connector: subject.connector } : {}), mapping, sample }
  return useQuery({
    queryKey: ['mapping-preview', path, body],
    queryFn: ({ signal }) => client.call<TestResult>('POST', path, { body, signal }),
    enabled: raw.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  })
}

const toSampleRecord = ({ key, kind, title, text, url, occurredAt, data }: RawRecord) => ({
  key,
  kind,
  ...(title === null ? {} : { title }),
  ...(text === null ? {} : { text }),
  ...(url === null ? {} : { url }),
  ...(occurredAt === null ? {} : { occurredAt }),
  ...(typeof data === 'object' && data !== null ? { data } : {}),
})

const usePaused = <T>(value: T): T => {
  const [paused, setPaused] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return paused
}
