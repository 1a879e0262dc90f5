import type { ActiveRunFacts, EndedRunFacts, WhyFacts } from './why-facts.js'

/** Stands for words of another system where a sentence needs some. */
const LEFT_OUT = '…'

/**
 * Returns the facts without what other systems and records said: error texts, and what quotes them. The rules make the same findings of both; of
 * these, in our words only, for readers such as agents, who may take words for instructions.
 */
export const withoutQuotes = (facts: WhyFacts): WhyFacts => ({
  ...facts,
  statusMessage: messageOfStop(facts),
  refusedPush: facts.refusedPush === null ? null : { at: facts.refusedPush.at, message: LEFT_OUT },
  recheck: facts.recheck === null ? null : { ...facts.recheck, message: messageOfRecheck(facts) },
  lastRun: facts.lastRun === null ? null : ofEnded(facts.lastRun),
  quarantine:
    facts.quarantine === null
      ? null
      : { reason: facts.quarantine.reason, message: `many of its records are in quarantine (${facts.quarantine.reason ?? LEFT_OUT})`, next: '' },
  unindexed: facts.unindexed === null ? null : { ...facts.unindexed, problem: LEFT_OUT },
  openError: facts.openError === null ? null : { ...facts.openError, message: facts.openError.reason },
  run: facts.run === null ? null : ofActive(facts.run),
  processes: facts.processes.map((process) => ({ ...process, problem: null })),
})

const messageOfStop = ({ statusMessage, statusReason }: WhyFacts): string | null => (statusMessage === null ? null : (statusReason ?? LEFT_OUT))

/** A check that found the same still does. */
const messageOfRecheck = (facts: WhyFacts): string | null =>
  facts.recheck?.message === facts.statusMessage ? messageOfStop(facts) : facts.recheck?.message == null ? null : LEFT_OUT

const ofEnded = (run: EndedRunFacts): EndedRunFacts => ({
  ...run,
  message: run.message === null ? null : (run.reason ?? LEFT_OUT),
  next: null,
  warnings: run.warnings.map(({ reason }) => ({ reason, message: reason })),
  quarantinedFor: run.quarantinedFor === null ? null : { reason: run.quarantinedFor.reason, message: run.quarantinedFor.reason },
})

const ofActive = (run: ActiveRunFacts): ActiveRunFacts => ({
  ...run,
  parkedMessage: null,
  beginError: run.beginError === null ? null : LEFT_OUT,
  retrying: run.retrying === null ? null : { reason: run.retrying.reason, message: LEFT_OUT },
})
