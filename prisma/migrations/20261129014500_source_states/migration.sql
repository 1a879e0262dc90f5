-- Lists by state find the few sources that are in a rare one without reading all others.
CREATE INDEX sources_in_error ON sources (created_at, id)
  WHERE deleting_at IS NULL AND (status = 'ERROR' OR (status NOT IN ('PAUSED', 'STOPPED') AND last_outcome = 'failed'));
CREATE INDEX sources_stopped ON sources (created_at, id)
  WHERE deleting_at IS NULL AND (status IN ('PAUSED', 'STOPPED') OR (status <> 'ERROR' AND last_outcome <> 'failed'));
CREATE INDEX sources_never_ran ON sources (created_at, id)
  WHERE deleting_at IS NULL AND status NOT IN ('ERROR', 'PAUSED', 'STOPPED') AND last_outcome IS NULL;
