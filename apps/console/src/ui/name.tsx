import { shownName } from './shown-name.js'

interface NameProps {
  /** As somebody, or some system, has called it. */
  readonly of: string
  /** What stands in its place when nobody could see it. */
  readonly or?: string
  readonly max?: number
}

/** A name as it can be shown anywhere; the whole of it when pointed at. It breaks where it must and turns no text around it. */
export const Name = ({ of, ...options }: NameProps) => {
  const shown = shownName(of, options)
  return <bdi title={shown === of ? undefined : of}>{shown}</bdi>
}
