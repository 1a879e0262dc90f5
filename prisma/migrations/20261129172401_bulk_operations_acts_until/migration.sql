-- AlterTable
ALTER TABLE "bulk_operations" ADD COLUMN     "acts_until" TIMESTAMPTZ(3);
