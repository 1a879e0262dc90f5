import type { Caveat, CaveatKind } from '@inlet/connector-sdk'

/** Below this certainty an encoding can hardly be called known. */
const DOUBTFUL_BELOW = 0.9

/** The caveats about the encoding a document was read with. `certainty`: 1 unless it was guessed. */
export const encodingCaveats = (
  document: string,
  { charset, certainty }: { readonly charset: string; readonly certainty: number },
): readonly Caveat[] => {
  const example = `${document}: ${charset}, certain to ${Math.floor(certainty * 100)} %`
  return [
    caveatIf('ENCODING_GUESSED', certainty < 1 && certainty >= DOUBTFUL_BELOW, example),
    caveatIf('ENCODING_DOUBTFUL', certainty < DOUBTFUL_BELOW, example),
  ]
}

/** The caveat about bytes that are invalid in a document's encoding. */
export const damageCaveat = (document: string, { charset, damaged }: { readonly charset: string; readonly damaged: boolean }): Caveat =>
  caveatIf('BYTES_UNDECODABLE', damaged, `${document}: not ${charset}`)

/** Counts one thing that was examined, and whether the caveat applies to it. */
export const caveatIf = (kind: CaveatKind, concerned: boolean, example: string): Caveat =>
  concerned ? { kind, count: 1, of: 1, example } : { kind, count: 0, of: 1 }
