-- AlterTable
ALTER TABLE "search_generations" ADD COLUMN     "rerank_model" TEXT,
ADD COLUMN     "rerank_url" TEXT;
