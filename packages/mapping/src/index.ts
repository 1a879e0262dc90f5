export { findExpression, type Mapping, type StreamMapping } from './mapping.js'
export { checkMapping, MAX_EXPRESSION_LENGTH } from './syntax/check-mapping.js'
export { MappingSyntaxError, type TextPosition } from './syntax/mapping-syntax-error.js'
