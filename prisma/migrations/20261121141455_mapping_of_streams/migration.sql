-- AlterTable
ALTER TABLE "streams" ADD COLUMN     "mapping_hash" TEXT,
ADD COLUMN     "reread_epoch" BIGINT;
