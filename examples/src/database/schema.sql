-- What `stream-to-sqlite` heard, made for people who ask questions in SQL. Begin with the views at the end.
--
-- Times are text in UTC, `2026-11-23T08:15:00.000Z`: they compare as text, and strftime() and julianday() read them.
-- Ids are the server's own and mean nothing on another server; one database is for one account on one server.
-- Texts are what strangers wrote: `text` is plain, `content` is their HTML and must be cleaned before it goes into a page.

-- Whose database it is. One row.
CREATE TABLE origin (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    server  TEXT NOT NULL,
    account TEXT NOT NULL                   -- the id of the account whose token listens
) STRICT;

-- How far the program has heard. It is written in the transaction that writes what was heard.
CREATE TABLE cursors (
    streams TEXT PRIMARY KEY,               -- what was listened to at once, as the command line names it, sorted
    cursor  TEXT NOT NULL,                  -- where to go on; the library's own writing
    at      TEXT NOT NULL
) STRICT;

-- Who wrote, boosted or did something, as last seen.
CREATE TABLE accounts (
    id              TEXT PRIMARY KEY,
    username        TEXT NOT NULL,
    acct            TEXT NOT NULL,          -- `name` on this server, `name@host` elsewhere
    display_name    TEXT NOT NULL,
    note            TEXT NOT NULL,          -- the profile as plain text
    url             TEXT,
    avatar          TEXT,
    bot             INTEGER NOT NULL,
    locked          INTEGER NOT NULL,
    created_at      TEXT,
    followers_count INTEGER NOT NULL,
    following_count INTEGER NOT NULL,
    statuses_count  INTEGER NOT NULL,
    first_seen_at   TEXT NOT NULL,
    seen_at         TEXT NOT NULL
) STRICT;
CREATE INDEX accounts_by_acct ON accounts (acct);

-- Posts, each in its newest version. A boost is not one: see boosts.
CREATE TABLE statuses (
    number                 INTEGER PRIMARY KEY,     -- of this database, for the full text index
    id                     TEXT NOT NULL UNIQUE,
    account_id             TEXT NOT NULL REFERENCES accounts (id),
    uri                    TEXT,                    -- the same on every server
    url                    TEXT,
    created_at             TEXT,
    edited_at              TEXT,                    -- of this version; NULL: never edited
    visibility             TEXT NOT NULL,
    language               TEXT,
    content                TEXT,                    -- HTML; NULL, as text and json are, when it was deleted
    text                   TEXT,
    spoiler_text           TEXT,
    sensitive              INTEGER NOT NULL,
    in_reply_to_id         TEXT,                    -- often of a post that was never seen, so no reference
    in_reply_to_account_id TEXT,
    quoted_id              TEXT,
    -- As far as the server knew, the highest number seen of this version.
    replies_count          INTEGER NOT NULL,
    reblogs_count          INTEGER NOT NULL,
    favourites_count       INTEGER NOT NULL,
    quotes_count           INTEGER NOT NULL,
    application            TEXT,
    first_seen_at          TEXT NOT NULL,
    seen_at                TEXT NOT NULL,
    json                   TEXT                     -- all that the server said of this version, for json_extract()
) STRICT;
CREATE INDEX statuses_by_time ON statuses (created_at);
CREATE INDEX statuses_by_account ON statuses (account_id, created_at);
CREATE INDEX statuses_by_reply ON statuses (in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
CREATE INDEX statuses_by_language ON statuses (language, created_at);

-- Former versions of a post, as far as they were seen. With the newest: the view versions.
CREATE TABLE edits (
    status_id    TEXT NOT NULL REFERENCES statuses (id),
    version_at   TEXT NOT NULL,             -- when this version was made
    content      TEXT NOT NULL,
    text         TEXT NOT NULL,
    spoiler_text TEXT NOT NULL,
    PRIMARY KEY (status_id, version_at)
) STRICT, WITHOUT ROWID;

-- Tombstones, also of posts and boosts that were never seen. What is here stays away whatever comes later.
CREATE TABLE deletes (
    id         TEXT PRIMARY KEY,            -- of the post or of the boost
    deleted_at TEXT NOT NULL                -- when it was heard
) STRICT, WITHOUT ROWID;

CREATE TABLE boosts (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    status_id  TEXT NOT NULL REFERENCES statuses (id),
    created_at TEXT
) STRICT;
CREATE INDEX boosts_by_status ON boosts (status_id);
CREATE INDEX boosts_by_account ON boosts (account_id);

CREATE TABLE tags (
    name TEXT PRIMARY KEY,                  -- without `#`, in small letters
    url  TEXT
) STRICT;

CREATE TABLE status_tags (
    status_id TEXT NOT NULL REFERENCES statuses (id),
    tag       TEXT NOT NULL REFERENCES tags (name),
    PRIMARY KEY (status_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX status_tags_by_tag ON status_tags (tag);

CREATE TABLE mentions (
    status_id  TEXT NOT NULL REFERENCES statuses (id),
    account_id TEXT NOT NULL,               -- perhaps of an account that was never seen, so no reference
    acct       TEXT NOT NULL,
    PRIMARY KEY (status_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_account ON mentions (account_id);

CREATE TABLE media (
    status_id   TEXT NOT NULL REFERENCES statuses (id),
    id          TEXT NOT NULL,
    position    INTEGER NOT NULL,
    kind        TEXT NOT NULL,              -- image, gifv, video, audio, unknown
    url         TEXT,
    preview_url TEXT,
    remote_url  TEXT,
    description TEXT,
    PRIMARY KEY (status_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE polls (
    id           TEXT PRIMARY KEY,
    status_id    TEXT NOT NULL REFERENCES statuses (id),
    expires_at   TEXT,
    multiple     INTEGER NOT NULL,
    votes_count  INTEGER NOT NULL,
    voters_count INTEGER
) STRICT;
CREATE INDEX polls_by_status ON polls (status_id);

CREATE TABLE poll_options (
    poll_id     TEXT NOT NULL REFERENCES polls (id),
    position    INTEGER NOT NULL,
    title       TEXT NOT NULL,
    votes_count INTEGER,
    PRIMARY KEY (poll_id, position)
) STRICT, WITHOUT ROWID;

-- What a link in a post leads to.
CREATE TABLE cards (
    status_id     TEXT PRIMARY KEY REFERENCES statuses (id),
    url           TEXT,
    kind          TEXT NOT NULL,            -- link, photo, video, rich
    title         TEXT NOT NULL,
    description   TEXT NOT NULL,
    provider_name TEXT NOT NULL,
    image         TEXT
) STRICT;

-- Which streams a post was heard on, itself or as a boost.
CREATE TABLE seen_on (
    status_id TEXT NOT NULL REFERENCES statuses (id),
    stream    TEXT NOT NULL,
    seen_at   TEXT NOT NULL,
    PRIMARY KEY (status_id, stream)
) STRICT, WITHOUT ROWID;

-- What concerns the account; only the streams `user` and `user:notification` tell it.
CREATE TABLE notifications (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,               -- mention, follow, favourite …
    created_at TEXT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    status_id  TEXT REFERENCES statuses (id),
    seen_at    TEXT NOT NULL
) STRICT;
CREATE INDEX notifications_by_time ON notifications (created_at);

-- Times of which something is missing for good: nobody can ask a server for the edits and deletes of a past hour, and not
-- for posts beyond what the library fetches.
CREATE TABLE gaps (
    number  INTEGER PRIMARY KEY,
    streams TEXT NOT NULL,
    since   TEXT,                           -- when the program heard the stream last; NULL: not known
    until   TEXT NOT NULL,                  -- when it heard it again
    missing TEXT NOT NULL                   -- what, in words
) STRICT;

-- For timeline-for-me. Fill them as you like: `timeline-for-me --learn` takes whom you follow and what you favourited.
CREATE TABLE likes_people (
    acct   TEXT PRIMARY KEY,                -- as in accounts
    weight REAL NOT NULL DEFAULT 1          -- below 0: rather not
) STRICT;
CREATE TABLE likes_tags (
    tag    TEXT PRIMARY KEY,                -- as in tags
    weight REAL NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE shown (
    status_id TEXT PRIMARY KEY,
    shown_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Words; to ask for them needs SQLite 3.42.
-- SELECT posts.* FROM statuses_fts JOIN posts ON number = statuses_fts.rowid WHERE statuses_fts MATCH 'ferris AND rust';
CREATE VIRTUAL TABLE statuses_fts USING fts5 (
    text, spoiler_text, content = 'statuses', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2'
);
-- The words of deleted posts go out of the index's pages too, not only out of its answers.
INSERT INTO statuses_fts (statuses_fts, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER statuses_fts_insert AFTER INSERT ON statuses BEGIN
    INSERT INTO statuses_fts (rowid, text, spoiler_text) VALUES (new.number, new.text, new.spoiler_text);
END;
CREATE TRIGGER statuses_fts_delete AFTER DELETE ON statuses BEGIN
    INSERT INTO statuses_fts (statuses_fts, rowid, text, spoiler_text)
    VALUES ('delete', old.number, old.text, old.spoiler_text);
END;
CREATE TRIGGER statuses_fts_update AFTER UPDATE OF text, spoiler_text ON statuses
WHEN old.text IS NOT new.text OR old.spoiler_text IS NOT new.spoiler_text BEGIN
    INSERT INTO statuses_fts (statuses_fts, rowid, text, spoiler_text)
    VALUES ('delete', old.number, old.text, old.spoiler_text);
    INSERT INTO statuses_fts (rowid, text, spoiler_text) VALUES (new.number, new.text, new.spoiler_text);
END;

-- For people.

-- Posts that were not deleted, the newest first.
CREATE VIEW posts AS
SELECT
    statuses.created_at AS at, acct, text, nullif(spoiler_text, '') AS warning, reblogs_count AS boosts,
    favourites_count AS favourites, replies_count AS replies, edited_at, visibility, language, statuses.url,
    statuses.id, number
FROM statuses JOIN accounts ON accounts.id = account_id
WHERE statuses.id NOT IN (SELECT id FROM deletes)
ORDER BY statuses.created_at DESC;

-- Who writes most.
CREATE VIEW people AS
SELECT
    acct, display_name AS name, count(*) AS posts, sum(reblogs_count) AS boosts, sum(favourites_count) AS favourites,
    max(statuses.created_at) AS last_post_at, followers_count AS followers, bot, accounts.url
FROM accounts JOIN statuses ON account_id = accounts.id
WHERE statuses.id NOT IN (SELECT id FROM deletes)
GROUP BY accounts.id
ORDER BY posts DESC;

-- What was talked about when.
CREATE VIEW hashtags_by_hour AS
SELECT strftime('%Y-%m-%d %H:00', created_at) AS hour, tag, count(*) AS posts, count(DISTINCT account_id) AS people
FROM statuses JOIN status_tags ON status_id = statuses.id
GROUP BY hour, tag
ORDER BY hour DESC, people DESC, posts DESC;

-- Every version of a post that was seen, the oldest first.
CREATE VIEW versions AS
SELECT status_id, version_at, text, spoiler_text, content FROM edits
UNION ALL
SELECT id, coalesce(edited_at, created_at), text, spoiler_text, content FROM statuses
ORDER BY 1, 2;
