import { Coded } from '../ui/coded.js'

interface NoteProps {
  /** For the `aria-describedby` of the field. */
  readonly id?: string
  /** Absent: nothing is shown. */
  readonly text: string | undefined
}

/** What a field is for. */
export const Hint = ({ id, text }: NoteProps) =>
  text === undefined ? null : (
    <p className="hint" id={id}>
      <Coded text={text} />
    </p>
  )

/** What is wrong with a field. */
export const FieldError = ({ id, text }: NoteProps) =>
  text === undefined ? null : (
    <p className="error" id={id} role="alert">
      {text}
    </p>
  )

/** The `aria-describedby` of a field with an error, a hint, or both; their ids are `<id>-error` and `<id>-hint`. */
export const describedBy = (
  id: string,
  { error, hint }: { readonly error: string | undefined; readonly hint: string | undefined },
): string | undefined => {
  const ids = [...(hint === undefined ? [] : [`${id}-hint`]), ...(error === undefined ? [] : [`${id}-error`])]
  return ids.length === 0 ? undefined : ids.join(' ')
}
