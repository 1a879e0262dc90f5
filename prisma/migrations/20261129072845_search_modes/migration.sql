-- AlterTable
ALTER TABLE "search_walks" ADD COLUMN     "marks" BYTEA NOT NULL DEFAULT '\x',
ADD COLUMN     "mode" TEXT NOT NULL DEFAULT 'lexical';
