/** The sixteen acceptance checks in the order they run, each with what it proves. */
export const CHECKS = {
  schema: 'settings are strict and described, and no secret hides outside secretSchema',
  check: 'check() distinguishes unreachable, refused credentials and missing permission within 10 s',
  'full-read': 'two full reads give equal sets',
  incremental: 'a second incremental read writes nothing, and changes are followed',
  resume: 'a read resumed from every committed cursor ends with the same set',
  'future-cursor': 'cursors from the future and nonsense cursors are refused',
  crash: 'nothing is lost or doubled by aborts and crashes at random pages',
  hostile: 'a hostile upstream gives the documented failure',
  drift: 'a change of the schema gives the documented outcome',
  writers: 'writers active during the read are absorbed',
  cancel: 'an abort ends the read within 2 s and leaves no socket, process or temporary file',
  canary: 'secrets appear in no record, cursor, log line, error or file',
  egress: 'only declared addresses are reached, and refused ones are not',
  large: 'memory stays flat however many records are read',
  'rate-limit': 'the rate limit of the remote system is obeyed',
  identity: 'every record has a key and a stable hash, equal on two installations',
} as const

export type CheckName = keyof typeof CHECKS
