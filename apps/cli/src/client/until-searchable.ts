import { setTimeout as delay } from 'node:timers/promises'
import type { RecordPage } from '@inlet/contract'
import type { ApiClient } from './api-client.js'

const POLL_MS = 200

/** Waits until everything stored by now is searchable; calls `onWait` with the number of records that are not, while there are any. */
export const untilSearchable = async (api: ApiClient, onWait: (pending: number) => unknown): Promise<void> => {
  for (;;) {
    const { index } = await api.call<RecordPage>('GET', '/v1/records?q=searchable&limit=1&snippets=false')
    if (index === undefined || index.pending === 0) return
    onWait(index.pending)
    await delay(POLL_MS)
  }
}
