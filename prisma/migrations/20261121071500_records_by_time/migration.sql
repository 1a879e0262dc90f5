-- The newest records of all sources. Records of one batch share their moment, so that the index stays small.
CREATE INDEX "records_fetched_at_idx" ON "records"("fetched_at");
