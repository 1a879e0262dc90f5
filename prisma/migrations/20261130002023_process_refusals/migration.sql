-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "reason" TEXT;
