-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "attempts" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "run_logs" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "level" TEXT NOT NULL,
    "stream" TEXT,
    "message" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_logs_pkey" PRIMARY KEY ("run_id","id")
);

-- CreateIndex
CREATE INDEX "run_logs_at_idx" ON "run_logs" USING BRIN ("at");
