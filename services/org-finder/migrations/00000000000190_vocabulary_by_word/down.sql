-- Keys are made by the service alone: the job of before this learns all words anew.
DROP TABLE name_tails;
DROP TABLE name_spellings;
DROP TABLE name_words;
CREATE TABLE name_words (
    key bigint NOT NULL,
    copy integer NOT NULL,
    word text COLLATE "C" NOT NULL,
    CONSTRAINT name_words_pkey PRIMARY KEY (key, copy)
);
CREATE INDEX name_words_word_idx ON name_words (word);
CREATE TABLE name_spellings (
    key bigint NOT NULL,
    word_key bigint NOT NULL,
    copy integer NOT NULL,
    CONSTRAINT name_spellings_pkey PRIMARY KEY (key, word_key, copy)
);
ALTER TABLE name_spellings ALTER COLUMN key SET (n_distinct = 50);
CREATE TABLE name_tails (
    tail text COLLATE "C" NOT NULL,
    word_key bigint NOT NULL,
    copy integer NOT NULL,
    CONSTRAINT name_tails_pkey PRIMARY KEY (tail, word_key, copy)
);
UPDATE organizations SET name_index = 1 WHERE name_index > 1;
