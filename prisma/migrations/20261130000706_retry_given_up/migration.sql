-- AlterTable
ALTER TABLE "search_pending" ADD COLUMN     "retry_at" TIMESTAMPTZ(3);

-- What Prisma's schema cannot say.
-- `why` looks for those of one source; the rest of the table comes and goes with every batch.
CREATE INDEX search_pending_problem_idx ON search_pending (id) WHERE problem IS NOT NULL;
