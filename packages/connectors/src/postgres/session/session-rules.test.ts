import { Failure } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { tlsOptions } from './open-client.js'
import { toPgFailure } from './pg-failure.js'
import { nextFetchRows, roundTripBytes } from './stream-portal.js'

const errorOf = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code })

describe('errors of the server', () => {
  it.each([
    ['28P01', 'AUTH_FAILED'],
    ['28000', 'AUTH_FAILED'],
    ['42501', 'PERMISSION_DENIED'],
    ['3D000', 'NOT_FOUND_UPSTREAM'],
    ['42P01', 'SCHEMA_CHANGED'],
    ['42703', 'SCHEMA_CHANGED'],
    ['57014', 'SQL_TIMEOUT'],
    ['53300', 'UPSTREAM_ERROR'],
    ['57P03', 'UPSTREAM_ERROR'],
    ['57P01', 'CONNECTION_LOST'],
    ['22012', 'UPSTREAM_INVALID'],
    ['42601', 'SQL_SYNTAX'],
    ['ECONNREFUSED', 'UNREACHABLE'],
    ['EPIPE', 'CONNECTION_LOST'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_FAILED'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_FAILED'],
    ['XX000', 'UPSTREAM_ERROR'],
  ])('%s is %s', (code, reason) => {
    expect(toPgFailure(errorOf(code), { doing: 'reading' }).reason).toBe(reason)
  })

  it('distinguishes a connection that broke from one that was never made', () => {
    expect(toPgFailure(errorOf('ECONNRESET'), { doing: 'x' }).reason).toBe('CONNECTION_LOST')
    expect(toPgFailure(errorOf('ECONNRESET'), { doing: 'x', connecting: true }).reason).toBe('UNREACHABLE')
    expect(toPgFailure(new Error('Connection terminated unexpectedly'), { doing: 'x' }).reason).toBe('CONNECTION_LOST')
    expect(toPgFailure(new Error('timeout expired'), { doing: 'x', connecting: true }).reason).toBe('TIMEOUT')
    expect(toPgFailure(new Error('The server does not support SSL connections'), { doing: 'x', connecting: true }).reason).toBe('TLS_FAILED')
  })

  it('says what to do about a server without a free connection', () => {
    expect(toPgFailure(errorOf('53300'), { doing: 'connecting', connecting: true }).next).toMatch(/have more of them/)
    expect(toPgFailure(errorOf('57P03'), { doing: 'connecting', connecting: true }).next).not.toMatch(/have more of them/)
  })

  it('names the setting when TLS fails', () => {
    const messageOf = (error: Error) => toPgFailure(error, { doing: 'connecting', connecting: true }).message
    expect(messageOf(new Error('The server does not support SSL connections'))).toContain('SSL connections; set tls.mode to "disable"')
    expect(messageOf(errorOf('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'))).toMatch(/^connecting: self-signed certificate; tls\.ca /)
    expect(messageOf(errorOf('28P01'))).toBe('connecting: no')
  })

  it('passes failures through', () => {
    const failure = new Failure('SCHEMA_CHANGED', 'x')
    expect(toPgFailure(failure, { doing: 'y' })).toBe(failure)
  })
})

describe('round trips', () => {
  const chunk = (count: number, bytes: number) => ({ rows: Array.from({ length: count }, () => []), sizes: [], bytes })
  it('shrink with large rows and grow to the limit with small ones', () => {
    expect(nextFetchRows(chunk(100, 10_000), 2000, 2_097_152)).toBe(2000)
    expect(nextFetchRows(chunk(100, 100_000_000), 2000, 2_097_152)).toBe(2)
    expect(nextFetchRows(chunk(1, 100_000_000), 2000, 2_097_152)).toBe(1)
    expect(nextFetchRows(chunk(0, 0), 2000, 2_097_152)).toBe(2000)
  })

  it('carry more the longer the server takes to respond', () => {
    expect([0.2, 10, 20, 1_000, Number.POSITIVE_INFINITY].map(roundTripBytes)).toEqual([262_144, 262_144, 524_288, 2_097_152, 2_097_152])
  })
})

describe('TLS', () => {
  it('follows the host name, not the address', () => {
    expect(tlsOptions({ mode: 'disable' }, 'db.example.com')).toBe(false)
    expect(tlsOptions({ mode: 'require' }, 'db.example.com')).toEqual({ rejectUnauthorized: false, servername: 'db.example.com' })
    expect(tlsOptions({ mode: 'verify-full', ca: 'PEM' }, '192.0.2.1')).toEqual({ rejectUnauthorized: true, ca: 'PEM' })
    expect(tlsOptions({ mode: 'verify-full', serverName: 'other' }, 'db')).toEqual({ rejectUnauthorized: true, servername: 'other', host: 'other' })
  })
})
