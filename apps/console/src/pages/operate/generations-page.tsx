import type { GenerationView } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { Page } from '../../ui/page.js'
import { Time } from '../../ui/time.js'
import { notify } from '../../ui/toasts.js'
import { WithTimes } from '../../ui/with-times.js'
import { GenerationDialog } from './generation-dialog.js'
import { Listed } from './listed.js'

const KEY = ['generations'] as const
const PATH = '/v1/search/generations'

/** What is asked before it is done. */
type Asked =
  | { readonly kind: 'new' }
  | { readonly kind: 'activate' | 'change' | 'remove'; readonly generation: GenerationView }
  | { readonly kind: 'rollBack' }

const percent = (share: number): string => `${formatNumber(Math.floor(share * 100))} %`

const toneOf = ({ active, state }: GenerationView): string => (state === 'paused' ? 'bad' : active ? 'ok' : state === 'building' ? 'busy' : 'idle')

/** Models whose vectors search uses: how far each is, which one is used, and the way back. */
export const GenerationsPage = () => {
  const t = messages.generations
  const session = useSession()
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked | null>(null)
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: KEY })
  const close = (): void => setAsked(null)
  const act = async (method: 'POST' | 'DELETE', path: string, said: string, body: object = {}): Promise<void> => {
    await client.call(method, path, method === 'POST' ? { body } : {})
    await refresh()
    notify(said)
  }
  return (
    <Page
      title={t.title}
      copy={{ path: PATH, cli: 'inlet generations' }}
      actions={
        <>
          {session.can('rollBackGeneration') && <RollBack onAsk={() => setAsked({ kind: 'rollBack' })} />}
          {session.can('createGeneration') && (
            <button type="button" className="button primary" onClick={() => setAsked({ kind: 'new' })}>
              {t.add}
            </button>
          )}
        </>
      }
    >
      <Listed<GenerationView>
        queryKey={KEY}
        path={PATH}
        refetchMs={5_000}
        none={t.none}
        noneHint={t.noneHint}
        head={[t.model, t.state, t.progress, t.tokens, '']}
        row={(generation) => [
          <span key="m">
            <strong>
              <Name of={generation.model} />
            </strong>
            <p className="muted mono">{generation.url}</p>
            <p className="muted">{t.madeOf(formatNumber(generation.dimensions), generation.rerank?.model ?? null)}</p>
          </span>,
          <span key="s">
            <Badge tone={toneOf(generation)}>{generation.active ? t.active : t.states[generation.state]}</Badge>
            {generation.active && (
              <p className="muted">
                {t.since} <Time at={generation.activatedAt} />
              </p>
            )}
            {generation.problem !== null && (
              <p className="muted">
                <WithTimes text={generation.problem} />
              </p>
            )}
          </span>,
          <span key="p">
            <progress aria-label={t.progressOf(generation.model)} max={1} value={generation.coverage} />
            <p className="muted num">
              {t.of(percent(generation.coverage), formatNumber(generation.records))}
              {generation.waiting > 0 && `, ${t.waiting(formatNumber(generation.waiting))}`}
              {generation.failed > 0 && `, ${t.failed(formatNumber(generation.failed))}`}
            </p>
            <p className="muted">{t.storage(generation.storageReason)}</p>
          </span>,
          <span key="t" className="num">
            {generation.tokensPerDay === null
              ? t.today(formatNumber(generation.tokensToday))
              : t.todayOf(formatNumber(generation.tokensToday), formatNumber(generation.tokensPerDay))}
            <p className="muted">{t.inAll(formatNumber(generation.tokensTotal))}</p>
          </span>,
          <span key="b" className="row wrap">
            {!generation.active && session.can('activateGeneration') && (
              <button type="button" className="button small" onClick={() => setAsked({ kind: 'activate', generation })}>
                {t.activate}
              </button>
            )}
            {session.can('updateGeneration') && (
              <button type="button" className="button small" onClick={() => setAsked({ kind: 'change', generation })}>
                {t.change}
              </button>
            )}
            {session.can('deleteGeneration') && (
              <button type="button" className="button small quiet danger" onClick={() => setAsked({ kind: 'remove', generation })}>
                {t.remove}
              </button>
            )}
          </span>,
        ]}
        keyOf={({ id }) => id}
      />
      {asked?.kind === 'new' && <GenerationDialog generation={null} onClose={close} onSaved={refresh} />}
      {asked?.kind === 'change' && <GenerationDialog generation={asked.generation} onClose={close} onSaved={refresh} />}
      {asked?.kind === 'rollBack' && (
        <ConfirmDialog
          title={t.rollBack}
          text={t.rollBackHint}
          submit={t.rollBack}
          onClose={close}
          onConfirm={() => act('POST', `${PATH}/rollback`, t.rolledBack)}
          isDanger={false}
        />
      )}
      {asked?.kind === 'activate' && (
        <ConfirmDialog
          title={t.activateTitle(asked.generation.model)}
          text={t.activateHint(percent(asked.generation.coverage))}
          submit={t.activate}
          onClose={close}
          onConfirm={() =>
            act('POST', `${PATH}/${asked.generation.id}/activate`, t.activated(asked.generation.model), {
              // The dialog says how many records are without vectors.
              force: asked.generation.waiting > 0,
            })
          }
          isDanger={false}
        />
      )}
      {asked?.kind === 'remove' && (
        <ConfirmDialog
          title={t.removeTitle(asked.generation.model)}
          text={asked.generation.active ? t.removeActiveHint : t.removeHint}
          submit={t.remove}
          onClose={close}
          onConfirm={() => act('DELETE', `${PATH}/${asked.generation.id}`, t.removed(asked.generation.model))}
        />
      )}
    </Page>
  )
}

/** Only while searches use a generation: else there is nothing to go back from. */
const RollBack = ({ onAsk }: { readonly onAsk: () => void }) => {
  const shown = useQuery({
    queryKey: [...KEY, 'active'],
    queryFn: ({ signal }) => client.call<{ readonly items: readonly GenerationView[] }>('GET', PATH, { signal }),
    refetchInterval: 5_000,
  })
  if (shown.data?.items.some(({ active }) => active) !== true) return null
  return (
    <button type="button" className="button" onClick={onAsk}>
      {messages.generations.rollBack}
    </button>
  )
}
