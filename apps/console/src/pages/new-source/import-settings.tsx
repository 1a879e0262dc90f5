import type { ProposalView, UploadView } from '@inlet/contract'
import { useId, useRef, useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'

/** Beyond this a document is sent as a file. */
const MAX_INLINE_BYTES = 1_000_000

/** Settings from a document that describes the system, e.g. OpenAPI: by its address, or as a file. */
export const ImportSettings = ({ type, onProposal }: { readonly type: string; readonly onProposal: (proposal: ProposalView) => void }) => {
  const [url, setUrl] = useState('')
  const [proposal, setProposal] = useState<ProposalView | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const id = useId()
  const t = messages.newSource.import

  const read = async (where: () => Promise<object>): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      const found = await client.call<ProposalView>('POST', `/v1/connectors/${type}/import`, { body: await where() })
      setProposal(found)
      onProposal(found)
    } catch (caught) {
      setError(caught)
    } finally {
      setBusy(false)
    }
  }
  const readFile = (chosen: File | undefined): void => {
    if (chosen === undefined) return
    void read(async () => {
      if (chosen.size <= MAX_INLINE_BYTES) return { document: await chosen.text() }
      return { upload: (await client.call<UploadView>('POST', '/v1/uploads', { query: { name: chosen.name }, body: chosen })).id }
    })
  }
  return (
    <section className="panel">
      <header>
        <h2>{t.title}</h2>
      </header>
      <div className="body stack">
        <p className="muted">{t.hint}</p>
        <div className="row wrap">
          <div className="field grow address">
            <label htmlFor={id}>{t.url}</label>
            <input
              id={id}
              className="input"
              type="url"
              placeholder="https://api.example.com/openapi.json"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          </div>
          <button
            type="button"
            className="button end"
            disabled={isBusy || url.trim() === ''}
            onClick={() => void read(async () => ({ url: url.trim() }))}
          >
            {isBusy ? messages.settings.testing : t.read}
          </button>
          <button type="button" className="button end" disabled={isBusy} onClick={() => file.current?.click()}>
            {t.file}
          </button>
          <input
            ref={file}
            type="file"
            hidden
            aria-label={t.file}
            accept=".json,.yaml,.yml"
            onChange={(event) => {
              readFile(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </div>
        {error !== null && <ProblemNote error={error} />}
        {proposal !== null && <Found proposal={proposal} />}
      </div>
    </section>
  )
}

const Found = ({ proposal }: { readonly proposal: ProposalView }) => {
  const t = messages.newSource.import
  const doubts = proposal.streams.filter(({ warnings }) => warnings.length > 0)
  return (
    <div className="note" data-tone="ok" role="status">
      <strong>{t.found(proposal.title, formatNumber(proposal.streams.length))}</strong>
      {[...proposal.warnings, ...doubts.map(({ name, warnings }) => `${name}: ${warnings.join('; ')}`)].map((text) => (
        <span key={text} className="muted">
          {text}
        </span>
      ))}
      {proposal.skipped.length > 0 && (
        <details>
          <summary className="muted">{t.skipped(formatNumber(proposal.skipped.length))}</summary>
          <ul>
            {proposal.skipped.map(({ path, why }) => (
              <li key={path + why} className="muted">
                <code>{path}</code> {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
