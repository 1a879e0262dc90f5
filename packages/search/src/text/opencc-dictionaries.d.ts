// The package has types for its converters only. Groups are separated by `|`, the forms in a group by spaces.
declare module 'opencc-js/dict/*' {
  const groups: string
  export default groups
}
