/** A part of a page that may be navigation or decoration, by the name of its element or class. */
export interface Place {
  readonly parent: Place | null
  /** `weak`: it says where something stands; `strong`: what it is. */
  readonly strength: 'weak' | 'strong'
  /** The word that says so: places of one label are alike. */
  readonly label: string
}

/** A block of Markdown with what distinguishes content from navigation. */
export interface Block {
  /** With what separates it from the block before. */
  readonly markdown: string
  readonly kind: 'text' | 'heading' | 'item'
  /** Of a heading, from 1; else 0. */
  readonly level: number
  readonly place: Place | null
  /** Characters of its text, and of those in links. */
  readonly chars: number
  readonly linkChars: number
  /** Characters of scripts in which one says as much as two or three letters. */
  readonly wideChars: number
  /** Whether it ends as a sentence does. */
  readonly isSentence: boolean
}
