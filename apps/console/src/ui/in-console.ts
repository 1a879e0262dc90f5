import { messages } from '../messages.js'
import { reasonText } from './reason-text.js'

const t = messages

/** What steps of the API ask for, and the button, tab or page of the console that does or shows the same. `*`: a name or id. */
const PLACES: Readonly<Record<string, string>> = {
  'PATCH /v1/sources/*': t.source.tabs.settings,
  'GET /v1/sources/*/why': t.source.why,
  'GET /v1/sources/*/quarantine': t.source.tabs.quarantine,
  'POST /v1/sources/*/quarantine/retry': t.quarantine.retryAll,
  'POST /v1/sources/*/quarantine/drop': t.quarantine.dropAll,
  'POST /v1/sources/*/reset-cursor': t.source.readAgain.button,
  'POST /v1/sources/*/restart': t.source.actions.restart,
  'POST /v1/sources/*/resume': t.source.actions.resume,
  'POST /v1/sources/*/rollback': t.versions.rollBack,
  'POST /v1/sources/*/run': t.source.actions.run,
  'POST /v1/sources/*/run with {"allowMassDelete": true}': t.source.repairs.massDelete,
  'POST /v1/sources/*/start': t.source.actions.start,
  'POST /v1/sources/*/check': t.settings.runTest,
  'POST /v1/sources/*/test': t.settings.runTest,
  'POST /v1/quarantine/*/retry with {"record": …}': t.quarantine.retryEdited,
  'GET /v1/runs': t.nav.runs,
  'GET /v1/runs/*': t.nav.runs,
  'POST /v1/runs/*/cancel': t.source.repairs.cancel,
  'GET /v1/connectors': t.sources.add,
  'GET /v1/connectors/*': t.sources.add,
  'GET /v1/credentials': t.nav.credentials,
  'GET /v1/credentials/*': t.nav.credentials,
  'PATCH /v1/credentials/*': t.nav.credentials,
  'GET /v1/search/generations/*': t.nav.generations,
  'POST /v1/search/generations/*/activate with {"force": true}': t.generations.activate,
  'PATCH /v1/sinks/*': t.sinks.change,
  'PATCH /v1/sinks/* with {"active": true}': t.sinks.resume,
  'POST /v1/sinks/*/test': t.sinks.test,
  'GET /v1/workers': t.nav.workers,
  'POST /v1/keys': t.keysPage.create,
}

/** A command of `inlet` with the request that does the same. */
const STEP = /`inlet [^`]+` \(([A-Z]+ \/v1\/[^\s)]+)( with [^)]+)?\)/gu
const IDENTIFIED = /(?<=\/v1\/(?:sources|quarantine|runs|connectors|credentials|sinks|search\/generations)\/)[^\s/]+/u
/** Commands read secrets from the environment; in the console they are typed. */
const FROM_ENVIRONMENT = /Put the new secrets into the environment, then (?=`inlet )/gu

/** A code that no other text contains by chance: of several words, or before what it is about. */
const CODE = /(?<![\w`])(?:[A-Z]+(?:_[A-Z]+)+|[A-Z]+(?=: ))(?![\w`])/gu

/**
 * A text of the API as the reader of the console takes it: a step by a button, tab or page, not by a command or request; reasons in words, not by
 * their codes.
 */
export const inConsole = (text: string): string =>
  text
    .replace(CODE, (code) => (Object.hasOwn(messages.reasons, code) ? `“${reasonText(code)}”` : code))
    .replace(FROM_ENVIRONMENT, messages.problem.newSecrets)
    .replace(STEP, (step, request: string, body = '') => {
      const place = PLACES[request.replace(/\?.*/u, '').replace(IDENTIFIED, '*') + body]
      return place === undefined ? step : `“${place}”`
    })
