import { type Finding, fail, messageOf, ok } from './finding.js'

interface Readiness {
  readonly status?: string
  readonly checks?: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[]
}

/** What a running API says of itself. */
export const checkApi = async (url: string): Promise<readonly Finding[]> => {
  try {
    const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(10_000) })
    const { status, checks = [] } = (await response.json()) as Readiness
    if (status === 'ready') return [ok('api', `${url} is ready`)]
    const lacking = checks.filter((check) => !check.ok)
    if (lacking.length === 0) return [fail('api', `what answers at ${url} is not Inlet's API`, 'Check the address.')]
    return lacking.map(({ name, reason }) => fail(`api: ${name}`, reason ?? 'not ready', 'See the log of the api, and what is said above.'))
  } catch (error) {
    return [fail('api', `${url} does not answer: ${messageOf(error)}`, 'Start it (`inlet up`), or check the address.')]
  }
}
