import {
  claimDeliveries,
  countOpenIncidents,
  type Database,
  hasNews,
  listPlainTargets,
  recordDelivery,
  reportIncidents,
  sealTargetUrl,
} from '@inlet/db'
import { maskUrl } from '@inlet/domain'
import type { Logger, Metrics } from '@inlet/observability'
import { createThrottle, monotonicNow, sleep } from '@inlet/runtime'
import { type Keyring, openSecrets, sealSecrets } from '@inlet/security'
import { type SendDeps, sendMessage } from './send-message.js'
import { createMessageWriter } from './write-message.js'

export interface NotifierDeps extends SendDeps {
  readonly database: Database
  readonly metrics: Pick<Metrics, 'countNotification' | 'setOpenIncidents' | 'beforeScrape'>
  readonly log: Logger
  /** Base URL of the API, for links; empty: links are paths. */
  readonly publicUrl: string
  /** Share of a source's records in quarantine above which an incident opens (%). */
  readonly quarantinePercent: number
  /** How often to look for incidents and messages, in ms; default 5,000. */
  readonly everyMs?: number
  /** How often to look at the content of sources, in ms; default 120,000. */
  readonly contentEveryMs?: number
}

const EVERY_MS = 5_000
/** Interval once several looks have found nothing. */
const CALM_EVERY_MS = 15_000
const CALM_AFTER = 3
const CONTENT_EVERY_MS = 120_000
const AT_A_TIME = 10

/**
 * Continuously looks for incidents, and for messages to send. Needs no queue, since an unavailable queue must be reported too. Any number of workers
 * may do so: one at a time looks for incidents, and each message is claimed by one. Returns a function that stops it, once messages in progress are
 * sent.
 */
export const startNotifier = (deps: NotifierDeps): (() => Promise<void>) => {
  const stop = new AbortController()
  const writer = createMessageWriter(deps.publicUrl)
  const looksAtContent = createThrottle(deps.contentEveryMs ?? CONTENT_EVERY_MS, monotonicNow)
  deps.metrics.beforeScrape('incidents', async () => deps.metrics.setOpenIncidents(await countOpenIncidents(deps.database)))

  const send = async (): Promise<void> => {
    for (;;) {
      const due = await claimDeliveries(deps.database, AT_A_TIME)
      await Promise.all(
        due.map(async (delivery) => {
          const result = await sendMessage(deps, delivery, stop.signal)
          // Cut off because this process is ending: another one sends it when the claim expires.
          if (stop.signal.aborted && !result.delivered) return
          await recordDelivery(deps.database, delivery.id, result)
          deps.metrics.countNotification(result.delivered ? 'delivered' : result.retryMs === null ? 'dead' : 'failed')
        }),
      )
      if (due.length < AT_A_TIME || stop.signal.aborted) return
    }
  }
  const sealOld = () => sealUrls(deps).catch((error: unknown) => deps.log.warn({ err: error }, 'a notification address could not be sealed'))
  const work = async (): Promise<void> => {
    let quiet = 0
    await sealOld()
    while (!stop.signal.aborted) {
      try {
        const content = looksAtContent() ? { percent: deps.quarantinePercent } : null
        const news = await hasNews(deps.database)
        quiet = news ? 0 : quiet + 1
        if (content !== null || news) {
          await reportIncidents(deps.database, writer, content)
          await send()
        }
      } catch (error) {
        deps.log.warn({ err: error }, 'a pass over the notifications failed; it will be retried')
      }
      await sleep(deps.everyMs ?? (quiet < CALM_AFTER ? EVERY_MS : CALM_EVERY_MS), stop.signal).catch(() => {})
    }
  }
  const working = work()
  return async () => {
    stop.abort()
    await working
  }
}

/** Seals the URLs of targets stored before URLs were sealed: anyone who knows one may post there. */
const sealUrls = async ({ database, keyring }: { readonly database: Database; readonly keyring: Keyring }): Promise<void> => {
  for (const target of await listPlainTargets(database)) {
    const place = { ownerId: target.id, version: target.version }
    const sealed = sealSecrets(keyring, place, { ...openSecrets(keyring, place, target.sealed), url: target.url })
    await sealTargetUrl(database, target, { sealed, url: maskUrl(target.url) })
  }
}
