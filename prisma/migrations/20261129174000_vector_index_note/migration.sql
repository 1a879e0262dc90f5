-- AlterTable
ALTER TABLE "search_generations" ADD COLUMN     "index_note" TEXT;
