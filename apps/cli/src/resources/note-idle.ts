import type { WorkerView } from '@inlet/contract'
import type { ApiClient } from '../client/api-client.js'

const SAY: Readonly<Record<WorkerView['role'], readonly [string, string]>> = {
  worker: ['no worker is alive: nothing is read', 'worker'],
  scribe: ['no scribe is alive: what is read is not stored', 'scribe'],
}

/** Returns notes below lists whose rows cannot say why nothing moves. */
export const noteIdle = async (api: Pick<ApiClient, 'call'>): Promise<readonly string[]> => {
  const { items } = await api.call<{ items: readonly WorkerView[] }>('GET', '/v1/workers?limit=200')
  return (Object.keys(SAY) as WorkerView['role'][]).flatMap((role) => {
    const alive = items.filter((process) => process.role === role && process.alive)
    const [dead, service] = SAY[role]
    if (alive.length === 0)
      return ['', `! ${dead}. Start one: \`docker compose up -d ${service}\`; \`inlet up\` starts its own again, and its log says why it ended.`]
    const problem = alive.every(({ refuses }) => refuses !== null) ? alive.find((process) => process.problem !== null)?.problem : undefined
    return problem == null ? [] : ['', `! no ${role} takes work: ${problem}`]
  })
}
