import { findCounterpart, missing, requireCounterpart } from '../find-tool.js'

/** The function koffi returns for a C declaration. */
type Native = (...args: unknown[]) => unknown

interface Library {
  func(declaration: string): Native
}

export interface Librdkafka {
  func(declaration: string): Native
}

const FILE = 'librdkafka.so.1'

/**
 * Finds the shared library of librdkafka, whose mock cluster speaks Kafka's protocol over TCP. Null without it, or without koffi
 * (`npm run counterparts`). Throws when INLET_TEST_REQUIRE names `librdkafka`.
 */
export const findLibrdkafka = (env: NodeJS.ProcessEnv = process.env): Librdkafka | null => {
  if (findCounterpart('koffi', env) === null) return null
  try {
    const koffi = requireCounterpart('koffi') as { load(file: string): Library }
    return koffi.load(FILE)
  } catch (error) {
    return missing('librdkafka', env, error)
  }
}
