// The package has types only for its converters. Groups are separated by `|`, the forms in a group by spaces.
declare module 'opencc-js/dict/*' {
  const groups: string
  export default groups
}
