import type { EventView } from '@inlet/contract'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { client } from './client.js'
import { createLive, type LiveState } from './live.js'

export const live = createLive(() => client.expire())

export const useLiveState = (): LiveState => useSyncExternalStore(live.onState, () => live.state())

/** Hears what happens on the server while the component is shown. */
export const useEvents = (onEvents: (events: readonly EventView[]) => void): void => {
  const heard = useEffectEvent(onEvents)
  useEffect(() => live.onEvents((events) => heard(events)), [])
}
