import { spawn } from 'node:child_process'

export interface Desktop {
  readonly platform: NodeJS.Platform
  /** Whether a person reads the output. */
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The command that opens an address in the browser of this desktop; null where there is none, or nobody looks. */
export const browserCommand = ({ platform, isTerminal, env }: Desktop): string | null => {
  if (!isTerminal || (env['CI'] ?? '') !== '') return null
  if (platform === 'darwin') return 'open'
  if (platform === 'linux') return (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') === '' ? null : 'xdg-open'
  return null
}

/** Opens an address where there is a desktop; that it could not is no failure, since the address is printed as well. */
export const openBrowser = (url: string, desktop: Desktop): void => {
  const command = browserCommand(desktop)
  if (command === null) return
  const child = spawn(command, [url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
