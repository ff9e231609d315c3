DROP TABLE consumer_positions;
DROP TABLE outbox;
DROP FUNCTION outbox_next_position();
DROP SEQUENCE outbox_position_seq;
DROP TABLE outbox_state;
