import type { TestResult } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { mappedText } from './preview.js'

interface MappedNowProps {
  readonly sourceId: string
  readonly stream: string
  /** As `POST /v1/sources/{id}/test` takes it in a sample; numbers keep their digits. */
  readonly record: object
}

/** What the live mapping of the source makes of one record now. */
export const MappedNow = ({ sourceId, stream, record }: MappedNowProps) => {
  const session = useSession()
  const mapped = useQuery({
    queryKey: ['mapped-now', sourceId, stream, record],
    queryFn: ({ signal }) =>
      client.call<TestResult>('POST', `/v1/sources/${sourceId}/test`, { body: { sample: { stream, records: [record] } }, signal }),
    enabled: session.can('testSource'),
    staleTime: 0,
    retry: false,
  })
  if (!session.can('testSource')) return null
  if (mapped.isError) return <ProblemNote error={mapped.error} />
  if (mapped.data === undefined) return <Loading />
  const [result] = mapped.data.records
  if (result === undefined) return <p className="muted">{mapped.data.failure?.message ?? messages.mapping.dropped}</p>
  return (
    <figure>
      <figcaption className="faint">{result.rejected === null ? messages.mapping.now : messages.mapping.nowRejected}</figcaption>
      <pre className="raw" tabIndex={0} data-tone={result.rejected === null ? undefined : 'bad'}>
        {mappedText(result)}
      </pre>
    </figure>
  )
}
