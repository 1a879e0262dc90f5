/** What text in a single-byte encoding looks like, as far as needed to distinguish encodings. */
export interface LetterModel {
  readonly encoding: string
  /** Lower-case letters beyond ASCII, the most frequent first. */
  readonly letters: string
  /** Whether words mix them with ASCII letters, as in Latin scripts, or consist of them. */
  readonly mixed: boolean
  /** How likely the encoding is before anything was read (natural logarithm). */
  readonly prior: number
}

const RUSSIAN = 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ'

export const LETTER_MODELS: readonly LetterModel[] = [
  { encoding: 'windows-1252', letters: 'éäöüèàçáóñíúãêâôßåøæõîûëìòùïœÿðþ', mixed: true, prior: 0 },
  { encoding: 'windows-1250', letters: 'íáéěščřžýłąęůóśżúźćńťďňőűßäöüëşţăâîđ', mixed: true, prior: -3 },
  { encoding: 'windows-1254', letters: 'ıişğçöüâî', mixed: true, prior: -3 },
  { encoding: 'windows-1251', letters: RUSSIAN, mixed: false, prior: -1 },
  { encoding: 'koi8-r', letters: RUSSIAN, mixed: false, prior: -3 },
  { encoding: 'cp866', letters: RUSSIAN, mixed: false, prior: -5 },
  { encoding: 'windows-1253', letters: 'αοιετσνηυρπκμλωςδγχθφβξζψάίόέήύώϊ', mixed: false, prior: -1 },
  { encoding: 'windows-1255', letters: 'יוהלאתרבשמנכעחקדפטגסזםןךצץף', mixed: false, prior: -1 },
  { encoding: 'windows-1256', letters: 'الينمتروبدسعقكهفحجطشصخزذضغثأةىإئءآؤظ', mixed: false, prior: -1 },
  { encoding: 'windows-874', letters: 'านรอกเงมยลวดทสตะปบคหแจพชขใไโผซธศณภฟฉ่้ีัิืุู็์ำึ๊', mixed: false, prior: -1 },
]

/** What text in a double-byte encoding looks like: for ranges of the first byte, the share of characters and how many there are. */
export interface PairModel {
  readonly encoding: string
  readonly prior: number
  /** Ranges; the first that contains the lead byte counts. */
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly share: number; readonly chars: number }[]
  readonly isTrail: (byte: number) => boolean
  /** Single bytes that are characters of their own: half-width katakana. */
  readonly singles?: { readonly from: number; readonly to: number; readonly share: number }
}

const isHigh = (byte: number): boolean => byte >= 0xa1 && byte <= 0xfe
const isWide = (byte: number): boolean => byte >= 0x40 && byte !== 0x7f && byte <= 0xfe

export const PAIR_MODELS: readonly PairModel[] = [
  {
    encoding: 'shift_jis',
    prior: -1,
    ranges: [
      { from: 0x82, to: 0x82, share: 0.35, chars: 150 },
      { from: 0x83, to: 0x83, share: 0.15, chars: 130 },
      { from: 0x81, to: 0x81, share: 0.05, chars: 150 },
      { from: 0x88, to: 0x97, share: 0.42, chars: 2_965 },
      { from: 0x98, to: 0x9f, share: 0.01, chars: 1_500 },
      { from: 0xe0, to: 0xea, share: 0.01, chars: 2_000 },
    ],
    isTrail: (byte) => byte >= 0x40 && byte !== 0x7f && byte <= 0xfc,
    singles: { from: 0xa1, to: 0xdf, share: 0.01 },
  },
  {
    encoding: 'euc-jp',
    prior: -2,
    ranges: [
      { from: 0xa4, to: 0xa4, share: 0.35, chars: 83 },
      { from: 0xa5, to: 0xa5, share: 0.15, chars: 86 },
      { from: 0xa1, to: 0xa3, share: 0.06, chars: 200 },
      { from: 0xb0, to: 0xcf, share: 0.42, chars: 2_965 },
      { from: 0xd0, to: 0xf4, share: 0.01, chars: 3_390 },
    ],
    isTrail: isHigh,
  },
  {
    encoding: 'gb18030',
    prior: -1,
    ranges: [
      { from: 0xa1, to: 0xa3, share: 0.06, chars: 280 },
      { from: 0xb0, to: 0xd7, share: 0.9, chars: 3_755 },
      { from: 0xd8, to: 0xf7, share: 0.03, chars: 3_008 },
      { from: 0x81, to: 0xfe, share: 0.005, chars: 14_000 },
    ],
    isTrail: isWide,
  },
  {
    encoding: 'big5',
    prior: -1,
    ranges: [
      { from: 0xa1, to: 0xa3, share: 0.06, chars: 400 },
      { from: 0xa4, to: 0xc6, share: 0.9, chars: 5_401 },
      { from: 0xc9, to: 0xf9, share: 0.03, chars: 7_652 },
    ],
    isTrail: (byte) => (byte >= 0x40 && byte <= 0x7e) || isHigh(byte),
  },
  {
    encoding: 'euc-kr',
    prior: -1,
    ranges: [
      { from: 0xa1, to: 0xa3, share: 0.04, chars: 280 },
      { from: 0xb0, to: 0xc8, share: 0.93, chars: 2_350 },
      { from: 0xca, to: 0xfd, share: 0.01, chars: 4_888 },
    ],
    isTrail: isHigh,
  },
]
