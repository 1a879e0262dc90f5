import type { EndpointId } from '@inlet/contract'
import type { messages } from '../messages.js'

/** What a page can do with the API besides showing something. */
export type Offer = keyof typeof messages.access.operations & EndpointId

export interface Access {
  /** Without it the page has nothing to show. */
  readonly needs: EndpointId
  readonly offers: readonly Offer[]
}

/** What the pages need and offer, by their addresses; which scope that takes, the API says (`GET /v1/session`). */
export const ACCESS: Readonly<Record<string, Access>> = {
  '/': { needs: 'listSources', offers: [] },
  '/sources': { needs: 'listSources', offers: ['createSource', 'createBulkOperation'] },
  '/new-source': { needs: 'createSource', offers: [] },
  '/bulk-operations': { needs: 'listBulkOperations', offers: ['createBulkOperation', 'stopBulkOperation'] },
  '/sources/$ref': {
    needs: 'getSource',
    offers: [
      'runSource',
      'resetCursor',
      'updateSource',
      'testSource',
      'reviewDraft',
      'publishDraft',
      'deleteDraft',
      'rollBack',
      'retryQuarantine',
      'retryQuarantined',
      'dropQuarantine',
      'dropQuarantined',
      'replaceUpload',
      'deleteSource',
    ],
  },
  '/runs': { needs: 'listRuns', offers: [] },
  '/runs/$id': { needs: 'getRun', offers: ['cancelRun'] },
  '/records': { needs: 'listRecords', offers: ['testSource'] },
  '/quarantine': { needs: 'listQuarantine', offers: [] },
  '/workers': { needs: 'listWorkers', offers: [] },
  '/notifications': { needs: 'listIncidentGroups', offers: ['createNotification', 'testNotification', 'updateNotification', 'deleteNotification'] },
  '/sinks': { needs: 'listSinks', offers: ['createSink', 'testSink', 'updateSink', 'deleteSink'] },
  '/generations': {
    needs: 'listGenerations',
    offers: ['createGeneration', 'updateGeneration', 'activateGeneration', 'rollBackGeneration', 'deleteGeneration'],
  },
  '/credentials': { needs: 'listCredentials', offers: ['createCredential', 'updateCredential', 'deleteCredential'] },
  '/settings': { needs: 'listKeys', offers: ['createKey', 'deleteKey'] },
  '/audit': { needs: 'listAudit', offers: [] },
}
