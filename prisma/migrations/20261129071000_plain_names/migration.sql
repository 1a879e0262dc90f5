-- The words that code and docs use: schedules are synced with the queue, processes send heartbeats.
ALTER TABLE "sources" RENAME COLUMN "armed_schedule" TO "synced_schedule";
ALTER TABLE "workers" RENAME COLUMN "beat_at" TO "heartbeat_at";
