-- The schema of settings. Data, not code: a row more is a setting more, at once and without a build. It belongs to nobody.

CREATE TABLE setting_definitions (
    key text CONSTRAINT setting_definitions_pkey PRIMARY KEY
        CONSTRAINT setting_definitions_key_check CHECK (key ~ '^[a-z][a-z0-9_]{0,62}$'),
    -- Which part of the product it is about.
    part text NOT NULL CONSTRAINT setting_definitions_part_check CHECK (part IN ('common', 'calling')),
    description text NOT NULL,
    -- What its values are, with `minimum`, `maximum` (integer; duration in seconds), `max_length`, `pattern` (text), `choices`.
    kind text NOT NULL
        CONSTRAINT setting_definitions_kind_check CHECK (kind IN ('boolean', 'integer', 'text', 'choice', 'duration')),
    minimum bigint,
    maximum bigint,
    max_length integer,
    pattern text,
    choices text[],
    default_value jsonb NOT NULL,
    -- Where it may be set.
    at_organization boolean NOT NULL,
    at_template boolean NOT NULL,
    at_user boolean NOT NULL,
    CONSTRAINT setting_definitions_range_check CHECK (
        (kind IN ('integer', 'duration')) = (minimum IS NOT NULL AND maximum IS NOT NULL)
        -- JSON numbers are exact up to 2^53.
        AND coalesce(minimum <= maximum AND abs(minimum) <= 9007199254740992 AND abs(maximum) <= 9007199254740992, true)
    ),
    CONSTRAINT setting_definitions_text_check CHECK (
        (kind = 'text') = (max_length IS NOT NULL) AND (kind = 'text' OR pattern IS NULL)
        AND coalesce(max_length BETWEEN 1 AND 4000, true)
    ),
    CONSTRAINT setting_definitions_choices_check CHECK (
        (kind = 'choice') = (choices IS NOT NULL) AND coalesce(cardinality(choices) > 0, true)
    ),
    CONSTRAINT setting_definitions_default_check CHECK (
        CASE kind
            WHEN 'boolean' THEN jsonb_typeof(default_value) = 'boolean'
            WHEN 'integer' THEN jsonb_typeof(default_value) = 'number'
                AND (default_value #>> '{}')::numeric BETWEEN minimum AND maximum
            WHEN 'text' THEN jsonb_typeof(default_value) = 'string'
                AND length(default_value #>> '{}') <= max_length
            WHEN 'choice' THEN jsonb_typeof(default_value) = 'string' AND default_value #>> '{}' = ANY (choices)
            WHEN 'duration' THEN jsonb_typeof(default_value) = 'string'
                AND default_value #>> '{}' ~ '^[0-9]{1,9}s$'
                AND rtrim(default_value #>> '{}', 's')::bigint BETWEEN minimum AND maximum
        END
    )
);

INSERT INTO setting_definitions
    (key, part, description, kind, minimum, maximum, max_length, pattern, choices, default_value, at_organization, at_template, at_user)
VALUES
    ('date_format', 'common', 'Order of day, month and year wherever a date is shown.',
        'choice', null, null, null, null, '{DMY,MDY,YMD}', '"DMY"', true, true, true),
    ('directory_visibility', 'common', 'Who finds a person in the directory.',
        'choice', null, null, null, null, '{EVERYONE,OWN_LOCATION,NOBODY}', '"EVERYONE"', true, true, true),
    ('session_idle_limit', 'common', 'After this long without activity a person signs in again.',
        'duration', 300, 86400, null, null, null, '"43200s"', true, true, true),
    ('support_url', 'common', 'Page that help links lead to; empty for the platform''s own.',
        'text', null, null, 500, '^(https://[a-z0-9][a-z0-9.-]*(/[!-~]*)?)?$', null, '""', true, true, false),
    ('time_format', 'common', 'Whether the time is shown with 12 or 24 hours.',
        'choice', null, null, null, null, '{12H,24H}', '"24H"', true, true, true),
    ('welcome_mails', 'common', 'Mail people when they are provisioned.',
        'boolean', null, null, null, null, null, 'true', true, true, false),
    ('call_recording', 'calling', 'Whether calls are recorded.',
        'choice', null, null, null, null, '{NEVER,ON_DEMAND,ALWAYS}', '"NEVER"', true, true, true),
    ('call_waiting', 'calling', 'Announce a second call during a call.',
        'boolean', null, null, null, null, null, 'true', true, true, true),
    ('caller_id', 'calling', 'The number that people who are called see.',
        'choice', null, null, null, null, '{DIRECT_LINE,LOCATION_NUMBER,HIDDEN}', '"DIRECT_LINE"', true, true, true),
    ('emergency_callback', 'calling', 'The number that emergency services call back.',
        'choice', null, null, null, null, '{DIRECT_LINE,LOCATION_NUMBER}', '"DIRECT_LINE"', true, true, true),
    ('extension_length', 'calling', 'Digits of an extension.',
        'integer', 2, 10, null, null, null, '4', true, true, false),
    ('music_on_hold', 'calling', 'Play music to callers who wait.',
        'boolean', null, null, null, null, null, 'true', true, true, true),
    ('outgoing_calls', 'calling', 'How far calls may go.',
        'choice', null, null, null, null, '{INTERNAL,NATIONAL,INTERNATIONAL}', '"NATIONAL"', true, true, true),
    ('outside_line_prefix', 'calling', 'Digits that are dialled for an outside line; empty for none.',
        'text', null, null, 2, '^[0-9]{0,2}$', null, '""', true, true, false),
    ('voicemail', 'calling', 'Take messages for calls that are not answered.',
        'boolean', null, null, null, null, null, 'true', true, true, true),
    ('voicemail_longest_message', 'calling', 'Longest message that voicemail takes.',
        'duration', 30, 600, null, null, null, '"120s"', true, true, true),
    ('voicemail_rings', 'calling', 'Rings before voicemail answers.',
        'integer', 0, 20, null, null, null, '3', true, true, true);
