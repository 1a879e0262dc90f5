export { findStreamMapping, type Mapping, type StreamMapping } from './mapping.js'
export { createMappingPool, type MappedRecord, type MappingPool, type MappingPoolOptions } from './pool/create-mapping-pool.js'
export { checkMapping, MAX_EXPRESSION_LENGTH } from './syntax/check-mapping.js'
export { MappingSyntaxError, type TextPosition, toPosition } from './syntax/mapping-syntax-error.js'
