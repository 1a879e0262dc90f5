import { Failure } from '@inlet/domain'
import type { FileAccess } from '../../context.js'
import type { HttpClient } from '../../http/http-client.js'
import type { EgressGuard } from '../../net/egress-guard.js'
import type { TestUpload } from './test-upload.js'

export const createGuard = (_allow: readonly string[]): EgressGuard => ({
  checkUrl: (url) => new URL(url),
  checkHost: () => undefined,
  resolve: (host, port) => Promise.resolve({ host, port, address: host === 'localhost' ? '127.0.0.1' : host, family: 4 }),
})

export const createClient = (_guard: EgressGuard): HttpClient => ({
  request: () => Promise.reject(new Failure('INTERNAL', 'not wired yet')),
})

export const createFiles = (_roots: readonly string[], _uploads: readonly TestUpload[]): FileAccess => ({
  resolve: (path) => Promise.resolve(path),
  openUpload: () => Promise.reject(new Failure('NOT_FOUND_UPSTREAM', 'no such upload')),
})
