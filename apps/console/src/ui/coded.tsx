/** A text of the API or of a schema, with what stands between backticks as code. */
export const Coded = ({ text }: { readonly text: string }) =>
  // A part has no identity but its place.
  text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))
