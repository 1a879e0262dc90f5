/** A part of a page that may be navigation or decoration, going by its element or class. */
export interface Place {
  readonly parent: Place | null
  /** `weak`: the word says where the part is; `strong`: what it is. */
  readonly strength: 'weak' | 'strong'
  /** The word that says so: places with the same label are alike. */
  readonly label: string
}

/** A block of Markdown with what distinguishes content from navigation. */
export interface Block {
  /** Including what separates it from the previous block. */
  readonly markdown: string
  readonly kind: 'text' | 'heading' | 'item'
  /** Level of a heading, from 1; otherwise 0. */
  readonly level: number
  readonly place: Place | null
  /** Number of characters in its text, and in its links. */
  readonly chars: number
  readonly linkChars: number
  /** Characters of scripts in which one character carries as much as two or three letters. */
  readonly wideChars: number
  /** Whether it ends like a sentence. */
  readonly isSentence: boolean
}
