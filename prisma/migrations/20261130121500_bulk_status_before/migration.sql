-- AlterTable
ALTER TABLE "bulk_items" ADD COLUMN     "status_before" TEXT;
