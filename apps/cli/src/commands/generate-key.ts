import { createMasterKeyText } from '@inlet/security'
import type { CommandContext } from './context.js'

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/u

/** `inlet keys generate`: prints a new master key for INLET_ENCRYPTION_KEYS. Stores nothing. */
export const generateKey = async (id: string, { terminal }: CommandContext): Promise<void> => {
  if (!KEY_ID.test(id)) throw new Error('the id of a key has 1 to 32 letters, digits, _ or -')
  terminal.line(createMasterKeyText(id))
}
