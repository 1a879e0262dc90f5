import type { ActiveRunFacts, ProcessFacts, WhyFacts } from './why-facts.js'

/** Returns the active run if a worker holds it. */
export const heldRun = ({ run }: WhyFacts): ActiveRunFacts | null => (run?.status === 'running' && run.holder !== null ? run : null)
export const alive = (facts: WhyFacts, role: ProcessFacts['role']): readonly ProcessFacts[] =>
  facts.processes.filter((process) => process.alive && process.role === role)
/** Returns the live workers that take runs. */
export const ready = (facts: WhyFacts): readonly ProcessFacts[] => alive(facts, 'worker').filter(({ refuses }) => refuses === null)
/** Returns the live worker that holds the run. */
export const holderOf = (facts: WhyFacts): ProcessFacts | undefined =>
  facts.processes.find(({ id, alive: lives }) => lives && id === heldRun(facts)?.holder?.id)

/** Whether a worker that takes runs has the connector of the source, as far as workers say what they have. */
export const offers = (facts: WhyFacts): boolean => {
  const listed = ready(facts).filter(({ connectors }) => connectors.length > 0)
  return listed.length === 0 || listed.some(({ connectors }) => connectors.includes(facts.connector))
}

/** Names the process of a role that sent a heartbeat last; empty if none is remembered. */
export const lastOf = ({ processes }: WhyFacts, role: 'worker' | 'scribe'): string => {
  const last = processes.findLast((process) => process.role === role && !process.alive)
  return last === undefined ? '' : `; ${last.id} (host:process) has stopped sending heartbeats`
}
