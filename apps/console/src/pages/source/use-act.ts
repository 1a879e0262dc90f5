import type { SourceDetail } from '@inlet/contract'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { notify, notifyError } from '../../ui/toasts.js'
import type { Repair } from './repair.js'

export type LifecycleAction = 'start' | 'stop' | 'pause' | 'resume' | 'run' | 'restart' | 'reload'

/** What takes an action back; the others cannot be taken back, such as a run that was cancelled. */
const UNDO: Partial<Readonly<Record<LifecycleAction, LifecycleAction>>> = { pause: 'resume', resume: 'pause', stop: 'start' }

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
    options: { readonly body?: object | undefined; readonly undo?: () => Promise<void> } = {},
  ): Promise<void> => {
    setBusy(true)
    try {
      await client.call('POST', path, options.body === undefined ? {} : { body: options.body })
      notify(done, options.undo)
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      await refresh()
    }
  }
  const perform: Act['perform'] = (action, source, body = action === 'run' ? {} : undefined) => {
    const back = UNDO[action]
    const undo = back === undefined ? {} : { undo: () => call(`/v1/sources/${source.id}/${back}`, messages.source.done[back]) }
    return call(`/v1/sources/${source.id}/${action}`, messages.source.done[action], { body, ...undo })
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
