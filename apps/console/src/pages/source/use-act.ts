import type { SourceDetail } from '@inlet/contract'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { notify, notifyError, type Offer, undoBy } from '../../ui/toasts.js'
import { wayBack } from '../sources/way-back.js'
import type { Repair } from './repair.js'

export type LifecycleAction = 'start' | 'stop' | 'pause' | 'resume' | 'run' | 'restart' | 'reload'

export interface Act {
  readonly isBusy: boolean
  /** Reads the source again after it was acted on elsewhere. */
  readonly refresh: () => Promise<void>
  perform(action: LifecycleAction, source: SourceDetail, body?: object): Promise<void>
  repair(label: Repair['label'], source: SourceDetail): Promise<void>
}

/** Acts on a source, says what came of it, and reads it again. */
export const useAct = (refresh: () => Promise<void>): Act => {
  const [isBusy, setBusy] = useState(false)
  const call = async (
    path: string,
    done: string,
    options: { readonly body?: object | undefined; readonly offer?: Offer | null } = {},
  ): Promise<void> => {
    setBusy(true)
    try {
      await client.call('POST', path, options.body === undefined ? {} : { body: options.body })
      notify(done, options.offer)
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      await refresh()
    }
  }
  const perform: Act['perform'] = (action, source, body = action === 'run' ? {} : undefined) => {
    const back = wayBack(action, source.status)
    const goBack = (to: 'start' | 'pause' | 'resume') => () => call(`/v1/sources/${source.id}/${to}`, messages.source.done[to])
    const offer = back === null ? null : back.restores ? undoBy(goBack(back.action)) : { label: messages.common.startAgain, act: goBack(back.action) }
    return call(`/v1/sources/${source.id}/${action}`, messages.source.done[action], { body, offer })
  }
  return {
    isBusy,
    refresh,
    perform,
    async repair(label, source) {
      if (label === 'cancel' && source.activeRun !== null) return call(`/v1/runs/${source.activeRun.id}/cancel`, messages.source.done.cancel)
      if (label === 'massDelete') return perform('run', source, { allowMassDelete: true })
      if (label === 'run' || label === 'resume' || label === 'start' || label === 'restart') return perform(label, source)
    },
  }
}
