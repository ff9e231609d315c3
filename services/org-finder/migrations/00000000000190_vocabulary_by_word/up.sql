-- What is left of a word leads to the word itself and no longer to its key: half of what a question read of the vocabulary was to look
-- words up by their keys. No name is written anew. While this runs, whoever learns words waits and readers do not. From its end on,
-- replicas of before it fail to search by name and to write names, until they are replaced.
LOCK TABLE name_words IN SHARE MODE;

-- The vocabulary. Nothing here waits for another transaction that learns the same word, such as an import that has not ended: each
-- adds a copy of its own, and readers take either. Words are not forgotten; one that no organization has any more finds none.
CREATE TABLE new_words (
    word text COLLATE "C" NOT NULL,
    copy integer NOT NULL
);
INSERT INTO new_words SELECT word, copy FROM name_words ORDER BY word, copy;
ALTER TABLE new_words ADD CONSTRAINT new_words_pkey PRIMARY KEY (word, copy);

-- What is left of a word when one or two letters are left out: a misspelt word has one of these in common with the right one.
CREATE TABLE new_spellings (
    key bigint NOT NULL,
    word text COLLATE "C" NOT NULL,
    copy integer NOT NULL
);
INSERT INTO new_spellings
    SELECT s.key, w.word, s.copy FROM name_spellings AS s JOIN name_words AS w ON w.key = s.word_key AND w.copy = s.copy
    ORDER BY s.key, w.word, s.copy;
ALTER TABLE new_spellings ADD CONSTRAINT new_spellings_pkey PRIMARY KEY (key, word, copy);
-- As few as that, so that the planner expects many words of a key and stops at the limit.
ALTER TABLE new_spellings ALTER COLUMN key SET (n_distinct = 50);

-- A word from its second letter on, its third and so on: what begins with a text is a word that has it inside.
CREATE TABLE new_tails (
    tail text COLLATE "C" NOT NULL,
    word text COLLATE "C" NOT NULL,
    copy integer NOT NULL
);
INSERT INTO new_tails
    SELECT t.tail, w.word, t.copy FROM name_tails AS t JOIN name_words AS w ON w.key = t.word_key AND w.copy = t.copy
    ORDER BY t.tail, w.word, t.copy;
ALTER TABLE new_tails ADD CONSTRAINT new_tails_pkey PRIMARY KEY (tail, word, copy);

DROP TABLE name_tails;
DROP TABLE name_spellings;
DROP TABLE name_words;
ALTER TABLE new_words RENAME TO name_words;
ALTER INDEX new_words_pkey RENAME TO name_words_pkey;
ALTER TABLE new_spellings RENAME TO name_spellings;
ALTER INDEX new_spellings_pkey RENAME TO name_spellings_pkey;
ALTER TABLE new_tails RENAME TO name_tails;
ALTER INDEX new_tails_pkey RENAME TO name_tails_pkey;
