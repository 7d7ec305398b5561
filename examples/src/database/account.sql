-- An account as it was just seen.
INSERT INTO accounts (
    id, username, acct, display_name, note, url, avatar, bot, locked, created_at, followers_count, following_count,
    statuses_count, first_seen_at, seen_at
) VALUES (
    :id, :username, :acct, :display_name, :note, :url, :avatar, :bot, :locked, :created_at, :followers_count,
    :following_count, :statuses_count, :now, :now
)
ON CONFLICT (id) DO UPDATE SET
    username = excluded.username, acct = excluded.acct, display_name = excluded.display_name, note = excluded.note,
    url = excluded.url, avatar = excluded.avatar, bot = excluded.bot, locked = excluded.locked,
    followers_count = excluded.followers_count, following_count = excluded.following_count,
    statuses_count = excluded.statuses_count, seen_at = excluded.seen_at
