import { reasonText } from './reason-text.js'

/** A reason in words, and beside it, for searching and reporting, its code. */
export const Reason = ({ of }: { readonly of: string }) => (
  <span className="reason">
    {reasonText(of)} <code className="faint">{of}</code>
  </span>
)
