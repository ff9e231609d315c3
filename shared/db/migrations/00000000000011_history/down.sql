DROP TABLE history;
DROP FUNCTION history_is_append_only();
