-- AlterTable
ALTER TABLE "streams" ADD COLUMN     "swept_at" TIMESTAMPTZ(3);
