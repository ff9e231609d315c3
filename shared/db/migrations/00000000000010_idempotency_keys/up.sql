-- Answers given under a request_id. Inserted first and answered last, in the transaction of the effect.
CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    method text NOT NULL,
    request_id uuid NOT NULL,
    body_hash bytea NOT NULL CONSTRAINT idempotency_keys_body_hash_check CHECK (octet_length(body_hash) = 32),
    -- NULL only inside the transaction that inserted the row.
    answer jsonb,
    created timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, method, request_id)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created);
