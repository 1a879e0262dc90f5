-- AlterTable
ALTER TABLE "calls" ADD COLUMN     "allow_targets" JSONB;

-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "targets" JSONB;
