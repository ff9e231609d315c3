-- What a simulated outside system knows. It stands for a system of somebody else: written in transactions of its own, on
-- connections of its own, never together with anything of ours. So it has no foreign key to our tables and no tenant; whoever may
-- see a target may see what is on it.

-- One row for each address that was ever spoken of.
CREATE TABLE simulator_accounts (
    target_id uuid NOT NULL,
    -- Compared byte by byte, so that pages are the same under every locale of the server.
    email text COLLATE "C" NOT NULL,
    display_name text NOT NULL DEFAULT '',
    -- Creations in effect. Nothing but the callers' keys keeps it at one: a second key would make it two.
    creation_count bigint NOT NULL DEFAULT 0
        CONSTRAINT simulator_accounts_creation_count_check CHECK (creation_count >= 0),
    -- Calls that arrived, whatever became of them.
    call_count bigint NOT NULL DEFAULT 0,
    -- First creation in effect.
    created timestamptz,
    CONSTRAINT simulator_accounts_pkey PRIMARY KEY (target_id, email)
) WITH (fillfactor = 70);

-- One row for each idempotency key that had an effect.
CREATE TABLE simulator_keys (
    target_id uuid NOT NULL,
    key text NOT NULL,
    email text NOT NULL,
    -- Taken back. The row stays, so that a creation which was under way for long has no effect any more.
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT simulator_keys_pkey PRIMARY KEY (target_id, key)
);
