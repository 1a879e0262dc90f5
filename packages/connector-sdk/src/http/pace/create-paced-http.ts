import { isUrl, toFailure } from '@inlet/domain'
import type { HttpClient } from '../http-client.js'
import type { Pace } from './pace.js'
import { toFailedOutcome, toOutcome } from './to-outcome.js'

/** Sends what `pace` lets pass, and reports what came back to it. The client stays with its owner. */
export const createPacedHttp = (http: HttpClient, pace: Pace, now: () => Date): HttpClient => ({
  request: async (request) => {
    // What is no address is for the client to refuse.
    if (!isUrl(request.url)) return http.request(request)
    const { host } = new URL(request.url)
    await pace.take({ host, perMinute: request.perMinute, signal: request.signal })
    const response = await http.request(request).catch(async (error: unknown) => {
      await pace.report(host, toFailedOutcome(toFailure(error)))
      throw error
    })
    await pace.report(host, toOutcome(response, now()))
    return response
  },
})
