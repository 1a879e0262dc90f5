-- AlterTable
ALTER TABLE "audit" ADD COLUMN     "target_name" TEXT;
