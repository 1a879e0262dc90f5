import type { Block, Place } from './block.js'
import type { Range } from './main-content.js'

export interface ChosenContent {
  /** By index of the block. */
  readonly keep: readonly boolean[]
  /** Whether something was kept that looks like navigation, because little else would be left. */
  readonly keptBoilerplate: boolean
}

/** A paragraph of this many characters is prose, wherever it is. */
const PROSE_CHARS = 60
const MAX_LINKS_OF_PROSE = 0.4
/** A text so short that nothing in it can be distinguished any more. */
const LITTLE_CHARS = 250

/**
 * Chooses the content among the blocks of a page: without the places that look like navigation, within the part that its author marked as content,
 * and without lists of links and short lines at both ends. Each step is undone where it would remove the greater part of the prose. Pure.
 */
export const chooseContent = (blocks: readonly Block[], ranges: readonly Range[]): ChosenContent => {
  const weights = blocks.map(proseOf)
  const places = keptPlaces(blocks, markedWeights(weights, ranges))
  const placed = blocks.map(({ place }) => place === null || places.has(place))
  const range = withinRange(
    weights.map((weight, index) => (placed[index] === true ? weight : 0)),
    ranges,
  )
  const lead = leadOf(blocks, weights, range.from)
  const within = placed.map((kept, index) => (kept && index >= range.from && index < range.to) || lead.has(index))
  return { keep: trimEnds(blocks, weights, within), keptBoilerplate: places.size > 0 }
}

/** Returns the weight of a block as prose, in characters; none for short lines and links. */
const proseOf = ({ chars, linkChars, wideChars }: Block): number => {
  const weight = chars + wideChars
  return weight >= PROSE_CHARS && linkChars < chars * MAX_LINKS_OF_PROSE ? weight - linkChars : 0
}

/** How many times more prose counts that its author marked as the text, when it is in a place that looks like navigation. */
const MARKED = 4

const markedWeights = (weights: readonly number[], ranges: readonly Range[]): readonly number[] => {
  const steps = new Int32Array(weights.length + 1)
  for (const { kind, from, to } of ranges) {
    if (kind === 'article') continue
    steps[from] = (steps[from] ?? 0) + 1
    steps[to] = (steps[to] ?? 0) - 1
  }
  let open = 0
  return weights.map((weight, index) => {
    open += steps[index] ?? 0
    return open > 0 ? weight * MARKED : weight
  })
}

/** How many times more prose a place must have than the rest of the page, for its name to describe only the layout. */
const TIMES = { weak: 1, strong: 4 } as const
const MIN_PROSE = 120
/** Pages have few kinds of places; this bounds the work for one that has as many as possible. */
const MAX_STEPS = 50

/**
 * Returns the places that contain more prose than all of the page beside them: their names describe the layout, not their contents. What is kept
 * belongs to the rest from then on, so that each step at least doubles it. A place within another one is kept only with it.
 */
const keptPlaces = (blocks: readonly Block[], weights: readonly number[]): ReadonlySet<Place> => {
  const kept = new Set<Place>()
  const inside = new Map<Place, number>()
  const own = new Map<Place, number>()
  let outside = 0
  for (const [index, { place }] of blocks.entries()) {
    const weight = weights[index] ?? 0
    if (place === null) outside += weight
    else own.set(place, (own.get(place) ?? 0) + weight)
    for (let at = place; at !== null; at = at.parent) inside.set(at, (inside.get(at) ?? 0) + weight)
  }
  // Those whose name says the least come first.
  for (const strength of ['weak', 'strong'] as const) {
    for (let step = 0; step < MAX_STEPS; step++) {
      const open = [...inside].filter(
        ([place]) => !kept.has(place) && place.strength === strength && (place.parent === null || kept.has(place.parent)),
      )
      const heaviest = heaviestLabel(open)
      if (heaviest === null || heaviest.weight < MIN_PROSE || heaviest.weight <= outside * TIMES[strength]) break
      for (const [place] of open) {
        if (place.label !== heaviest.label) continue
        kept.add(place)
        outside += own.get(place) ?? 0
      }
    }
  }
  return kept
}

/** An article may be split into several places that are alike. */
const heaviestLabel = (places: readonly (readonly [Place, number])[]): { readonly label: string; readonly weight: number } | null => {
  const sums = new Map<string, number>()
  for (const [{ label }, weight] of places) sums.set(label, (sums.get(label) ?? 0) + weight)
  let heaviest: { label: string; weight: number } | null = null
  for (const [label, weight] of sums) if (heaviest === null || weight > heaviest.weight) heaviest = { label, weight }
  return heaviest
}

const MAIN_SHARE = 0.25
const ARTICLE_SHARE = 0.6
const BODY_SHARE = 0.7

/** Returns the part of the page to stay in: main, or the single article, and within it what its class calls the text. */
const withinRange = (weights: readonly number[], ranges: readonly Range[]): { readonly from: number; readonly to: number } => {
  const sums = [0]
  for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight)
  const weigh = ({ from, to }: { readonly from: number; readonly to: number }): number => (sums[to] ?? 0) - (sums[from] ?? 0)
  const heaviest = (kind: Range['kind'], inside: { readonly from: number; readonly to: number }): Range | undefined =>
    ranges.filter((range) => range.kind === kind && range.from >= inside.from && range.to <= inside.to).sort((a, b) => weigh(b) - weigh(a))[0]
  let chosen = { from: 0, to: weights.length }
  for (const [kind, share] of [
    ['main', MAIN_SHARE],
    ['article', ARTICLE_SHARE],
    ['body', BODY_SHARE],
  ] as const) {
    const range = heaviest(kind, chosen)
    if (range !== undefined && weigh(range) >= weigh(chosen) * share && weigh(range) > 0) chosen = range
  }
  return chosen
}

/** How far before the text to look for its heading and lead. */
const LEAD_BLOCKS = 40

/** Returns the heading of the page and the prose below it, if they precede the element that contains the text. */
const leadOf = (blocks: readonly Block[], weights: readonly number[], from: number): ReadonlySet<number> => {
  let heading = from - 1
  while (heading >= 0 && heading > from - LEAD_BLOCKS && blocks[heading]?.level !== 1) heading--
  const lead = new Set<number>()
  if (blocks[heading]?.level !== 1) return lead
  for (let index = heading; index < from; index++) {
    const block = blocks[index]
    const aside = block?.place?.strength === 'strong'
    if (index === heading || (!aside && ((weights[index] ?? 0) > 0 || (block !== undefined && isLeadSentence(block))))) lead.add(index)
  }
  return lead
}

const isLeadSentence = ({ isSentence, chars, linkChars }: Block): boolean => linkChars <= chars / 2 && isSentence && chars > 20

/** Drops lists of links and short lines before the first and after the last prose, if there is any. */
const trimEnds = (blocks: readonly Block[], weights: readonly number[], within: readonly boolean[]): readonly boolean[] => {
  const indexes = within.flatMap((kept, index) => (kept ? [index] : []))
  const prose = indexes.filter((index) => (weights[index] ?? 0) > 0)
  const total = prose.reduce((sum, index) => sum + (weights[index] ?? 0), 0)
  if (total < LITTLE_CHARS) return within
  const first = prose[0] ?? 0
  const last = prose.at(-1) ?? 0
  return within.map((kept, index) => {
    const block = blocks[index]
    if (!kept || block === undefined || (weights[index] ?? 0) > 0) return kept
    const linked = block.linkChars > block.chars / 2
    if (index > first && (index < last || (index === last + 1 && !linked && block.kind !== 'heading'))) return true
    if (block.kind === 'heading') return index < first && block.level <= 3
    return !linked && (block.isSentence || block.chars >= 30 || block.kind === 'item')
  })
}
