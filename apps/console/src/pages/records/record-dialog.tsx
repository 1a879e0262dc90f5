import type { RecordDetail } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { CopyMenu } from '../../ui/copy-menu.js'
import { Dialog } from '../../ui/dialog.js'
import { Name } from '../../ui/name.js'
import { ProblemNote } from '../../ui/problem.js'
import { shownName } from '../../ui/shown-name.js'
import { Loading } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { MappedNow } from '../mapping/mapped-now.js'
import { toSample } from '../mapping/to-sample.js'
import { titleOf } from './title-of.js'

/** Only addresses of the web are links: what else a source gives stays text. */
const isWebAddress = (url: string): boolean => /^https?:\/\//iu.test(url)

/** One record with where it comes from, its text and its raw data, as text: what a source sends is never run. */
export const RecordDialog = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const record = useQuery({
    queryKey: ['record', id],
    queryFn: ({ signal }) => client.call<RecordDetail>('GET', `/v1/records/${id}`, { signal }),
  })
  const [isMapped, setMapped] = useState(false)
  const session = useSession()
  const t = messages.records
  const { data } = record
  return (
    <Dialog title={data === undefined ? t.one : shownName(titleOf(data), { or: t.one })} onClose={onClose} className="wide">
      {data === undefined ? (
        record.isError ? (
          <ProblemNote error={record.error} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          <dl className="facts">
            <dt>{t.source}</dt>
            <dd>
              <Link to="/sources/$ref" params={{ ref: data.provenance.slug }} className="link">
                <Name of={data.provenance.source} or={data.provenance.slug} />
              </Link>{' '}
              · <Name of={data.stream} />
            </dd>
            <dt>{t.key}</dt>
            <dd className="mono">
              <Name of={data.key} max={500} />
            </dd>
            {data.url !== null && (
              <>
                <dt>{t.url}</dt>
                <dd>
                  {isWebAddress(data.url) ? (
                    <a href={data.url} className="link" target="_blank" rel="noreferrer noopener">
                      {data.url}
                    </a>
                  ) : (
                    data.url
                  )}
                </dd>
              </>
            )}
            <dt>{t.fetched}</dt>
            <dd>
              <Time at={data.provenance.fetchedAt} /> ·{' '}
              <Link to="/runs/$id" params={{ id: data.provenance.runId }} className="link">
                {t.run}
              </Link>{' '}
              · {messages.versions.version(data.provenance.version)}
            </dd>
            {data.occurredAt !== null && (
              <>
                <dt>{t.occurred}</dt>
                <dd>
                  <Time at={data.occurredAt} />
                </dd>
              </>
            )}
          </dl>
          {data.text !== null && data.text !== '' && (
            <>
              <h3>{t.text}</h3>
              <pre className="raw prose" tabIndex={0}>
                {data.text}
              </pre>
            </>
          )}
          <h3>{t.data}</h3>
          <pre className="raw" tabIndex={0}>
            {JSON.stringify(data.data, null, 2)}
          </pre>
          {isMapped && <MappedNow sourceId={data.provenance.sourceId} stream={data.stream} record={toSample(data)} />}
          <div className="actions">
            {!isMapped && session.can('testSource') && (
              <button type="button" className="button" onClick={() => setMapped(true)}>
                {messages.mapping.show}
              </button>
            )}
            <CopyMenu target={{ path: `/v1/records/${id}` }} />
            <button type="button" className="button" onClick={onClose}>
              {messages.common.close}
            </button>
          </div>
        </>
      )}
    </Dialog>
  )
}
