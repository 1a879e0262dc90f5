const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]'
const HEADING = 'h1, h2, h3'
const ROW = 'tr, li, [role=row]'
/** Within these, the next control is nearer than any heading. */
const GROUP = 'fieldset, .field'
/** Lies over the page: what had the focus below gets it back. */
const OVER = 'dialog, .toasts'

/** Where an element was in the page, from the inside out. */
interface Place {
  readonly element: HTMLElement
  readonly index: number
}

/** What had the focus, and where it was: once it is gone, nobody could say. */
export interface Focused {
  readonly places: readonly Place[]
  /** Whether its ring was shown: then the heir must be in sight. */
  readonly isShown: boolean
  /** What had the focus before it, outside what lies over the page. */
  readonly below: Focused | null
}

export const isOver = (element: Element): boolean => element.closest(OVER) !== null

export const toFocused = (element: HTMLElement, below: Focused | null): Focused => {
  const places: Place[] = []
  for (let each: HTMLElement | null = element; each !== null && each !== document.body; each = each.parentElement)
    places.push({ element: each, index: [...(each.parentElement?.children ?? [])].indexOf(each) })
  return { places, isShown: element.matches(':focus-visible'), below }
}

/** What had the focus is in the page, and can have it again. */
export const canHave = ({ places: [own] }: Focused): boolean => own !== undefined && own.element.isConnected && own.element.matches(FOCUSABLE)

/** The control of a row by which it is opened, or the first one it has. */
const controlOf = (place: Element): HTMLElement | null =>
  place.querySelector<HTMLElement>('[data-row]') ??
  [...place.querySelectorAll<HTMLElement>(FOCUSABLE)].find((each) => each.checkVisibility({ visibilityProperty: true })) ??
  null

/** The row that took the place of one that is gone, or the last one. */
const nextRow = (list: HTMLElement, gone: Place | undefined): HTMLElement | null => {
  if (gone === undefined || gone.element.isConnected || !gone.element.matches(ROW)) return null
  const row = list.children[Math.min(gone.index, list.children.length - 1)]
  return row instanceof HTMLElement && row.matches(ROW) ? (controlOf(row) ?? row) : null
}

const near = (place: HTMLElement, inside: Place | undefined): HTMLElement | null => {
  if (place.matches('section[aria-label]')) return place
  return (
    place.querySelector<HTMLElement>(':scope > [aria-expanded]') ??
    nextRow(place, inside) ??
    (place.matches(ROW) ? (controlOf(place) ?? place) : place.matches(GROUP) ? controlOf(place) : null) ??
    place.querySelector<HTMLElement>(HEADING)
  )
}

/**
 * Who gets the focus of an element that is gone or off: the button of its menu, a control of its row or the next row, of its group of fields, or
 * the nearest heading. Null while the page has none of them.
 */
export const heirOf = ({ places, below }: Focused): HTMLElement | null => {
  const [own] = places
  const end = places.findIndex(({ element }) => element.matches(`${OVER}, main`))
  const within = end === -1 ? places : places.slice(0, end + 1)
  if (own !== undefined && within.at(-1)?.element.isConnected === true) {
    for (const [n, { element: place }] of within.entries()) {
      const heir = n > 0 && place.isConnected ? near(place, within[n - 1]) : null
      if (heir !== null && heir !== own.element) return heir
    }
  }
  if (below !== null) return canHave(below) ? (below.places[0]?.element ?? null) : heirOf(below)
  return document.querySelector<HTMLElement>('main h1')
}
