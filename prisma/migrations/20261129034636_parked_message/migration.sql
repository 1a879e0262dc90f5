-- AlterTable
ALTER TABLE "request_limits" ADD COLUMN     "last_failure" TEXT;

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "parked_message" TEXT;
