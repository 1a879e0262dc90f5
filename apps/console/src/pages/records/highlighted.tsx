/** A text of the search, whose matches stand between ** and **; as text, never as HTML. */
export const Highlighted = ({ text }: { readonly text: string }) => (
  <>
    {text.split('**').map((part, index) => (
      // Parts have no identity but their place.
      // oxlint-disable-next-line react/no-array-index-key
      <span key={index}>{index % 2 === 1 ? <mark>{part}</mark> : part}</span>
    ))}
  </>
)
