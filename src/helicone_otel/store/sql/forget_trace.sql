-- Take a trace out of its sessions, and note that all else of it is to be removed.
INSERT OR IGNORE INTO doomed_trace VALUES (:trace_id);

DELETE FROM session_slice WHERE trace_id = :trace_id;

DELETE FROM pending_trace WHERE trace_id = :trace_id;

DELETE FROM shared_call WHERE trace_id = :trace_id;

DELETE FROM shared_call WHERE other_trace_id = :trace_id;

DELETE FROM trace_link WHERE trace_id = :trace_id;
