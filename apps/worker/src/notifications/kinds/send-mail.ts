import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { type EgressGuard, Failure, type Reason, timeoutSignal } from '@inlet/connector-sdk'
import type { MailSettings } from '@inlet/db'
import { absoluteLinks, type Summary } from '../summarize.js'

export interface Mail {
  /** `smtps://host:465`, or `smtp://host:587`, which is encrypted if the server supports it. */
  readonly url: string
  readonly settings: MailSettings
  /** Null: the server requires no login. */
  readonly password: string | null
  /** The same on every attempt. */
  readonly messageId: string
  readonly summary: Summary
}

const TIMEOUT_MS = 10_000

/**
 * Sends a mail once, to an address that the guard has checked. A password is sent over an encrypted connection only. Throws with the server's
 * message.
 */
export const sendMail = async (egress: EgressGuard, mail: Mail, signal: AbortSignal): Promise<void> => {
  const { protocol, hostname, port } = new URL(mail.url)
  const secure = protocol === 'smtps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = await connect(egress, { host, port: Number(port) || (secure ? 465 : 587) }, signal)
  const { from, to, username } = mail.settings
  const auth = mail.password === null || username === undefined ? undefined : { user: username, pass: mail.password }
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    connection: socket,
    host,
    secure,
    requireTLS: auth !== undefined && !secure,
    ...(auth === undefined ? {} : { auth }),
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const abort = (): void => void socket.destroy(new Error('the process ends'))
  signal.addEventListener('abort', abort)
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: mail.summary.title,
      text: toText(mail.summary),
      messageId: `<${mail.messageId}@inlet>`,
      headers: { 'auto-submitted': 'auto-generated' },
    })
  } catch (error) {
    throw toMailFailure(error)
  } finally {
    signal.removeEventListener('abort', abort)
    transport.close()
    socket.destroy()
  }
}

const REASONS: Readonly<Record<string, Reason>> = { EAUTH: 'AUTH_FAILED', ETLS: 'TLS_FAILED', ETIMEDOUT: 'TIMEOUT', ESOCKET: 'CONNECTION_LOST' }

/** Converts an error of the mail server, by nodemailer's codes. */
const toMailFailure = (error: unknown): Failure => {
  const { code = '', message = String(error) } = error as { readonly code?: string; readonly message?: string }
  return new Failure(REASONS[code] ?? 'UPSTREAM_ERROR', `the mail was not accepted: ${message}`, { cause: error })
}

const connect = async (egress: EgressGuard, target: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<Socket> => {
  egress.checkHost(target.host, target.port)
  const { address, family } = await egress.resolve(target.host, target.port, signal)
  const socket = net.connect({ host: address, family, port: target.port })
  try {
    await once(socket, 'connect', { signal: timeoutSignal(TIMEOUT_MS, signal) })
    return socket
  } catch (error) {
    socket.destroy()
    throw new Failure('UNREACHABLE', `the mail server ${target.host}:${target.port} does not answer`, { cause: error })
  }
}

const toText = (summary: Summary): string => [...summary.lines, '', ...absoluteLinks(summary).map(([name, url]) => `${name}: ${url}`)].join('\n')
