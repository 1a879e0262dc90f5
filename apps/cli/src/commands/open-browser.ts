import { spawn } from 'node:child_process'

export interface Desktop {
  readonly platform: NodeJS.Platform
  /** Whether a person reads the output. */
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Returns the command that opens an address in the browser of this desktop; null if there is none, or nobody is looking. */
export const browserCommand = ({ platform, isTerminal, env }: Desktop): string | null => {
  if (!isTerminal || (env['CI'] ?? '') !== '') return null
  if (platform === 'darwin') return 'open'
  if (platform === 'linux') return (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') === '' ? null : 'xdg-open'
  return null
}

/** Opens an address if there is a desktop; failing to do so is not an error, since the address is printed as well. */
export const openBrowser = (url: string, desktop: Desktop): void => {
  const command = browserCommand(desktop)
  if (command === null) return
  const child = spawn(command, [url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
