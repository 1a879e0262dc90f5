export type { AnalyzedDocument } from './analysis/analyze.js'
export { type AnalyzedRecord, analyzeRecord, type RecordPart } from './analysis/analyze-record.js'
export { type Chunk, estimateTokens, splitChunks } from './chunks/split-chunks.js'
export {
  type EmbeddablePart,
  type Embedded,
  type EmbeddingModel,
  type EmbeddingRequest,
  type EmbeddingResponse,
  type EmbeddingTransport,
  embeddingInput,
  embedTexts,
} from './embedding/embed-texts.js'
export { type RerankRequest, rerankTexts } from './embedding/rerank-texts.js'
export {
  type Ask,
  type EvaluatedSearch,
  evaluateSearch,
  type JudgedQuestion,
  type Judgments,
  joinJudgments,
  parseJudgments,
  parseQrels,
} from './evaluation/judgments.js'
export { type AnsweredQuestion, type Evaluation, evaluate, type Grades, ndcg, recall, success } from './evaluation/metrics.js'
export { detectLanguage } from './language/detect-language.js'
export { buildSegment, type PlacedDocument, type Segment } from './postings/build-segment.js'
export { createSegmentMerger, type PostingFilter, planMerge } from './postings/merge.js'
export { LENGTHS } from './postings/norms.js'
export { findTerms, MAX_PARTS, type TermPostings, type WantedTerms, wantTerms } from './postings/postings.js'
export { bucketBits, bucketSlot, hashTerm, largeSlot, type Slot } from './postings/slots.js'
export { makeSnippet } from './query/make-snippet.js'
export { createTextReader, holdsSequence, meets, type ReadText, readText } from './query/match-text.js'
export { parseQuery } from './query/parse-query.js'
export { type DataCondition, parseWhere } from './query/parse-where.js'
export { hasMeaning, plainQuestion } from './query/plain-question.js'
export type { Query, QueryTerm, Requirement } from './query/query.js'
export { fuseSearches } from './ranking/fuse-ranks.js'
export { explain, type IndexedTerm, type IndexSize, type PostingList, type RankedHit, type Ranking, rank, weightOf } from './ranking/rank.js'
export { passageScore, type RerankText, rerankScore, wordCoverage } from './ranking/rerank.js'
export { type StrictParts, strictParts, strictTerms } from './ranking/strict-parts.js'
export { countCharacters } from './text/characters.js'
export { type SearchableRecord, type SearchableText, searchableText } from './text/searchable-text.js'
export { type Word, wordsOf } from './text/words.js'
export { cosine, packVector, signBits, type VectorExtension, whyNoVectorIndex } from './vectors/vectors.js'
