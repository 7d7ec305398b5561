-- A post as it was just seen: a new one, or another look at one that is there.
--
-- Which of two looks is newer, only edited_at can tell. A newer version takes the place of the older, with its counts.
-- Of the same version each count stays the highest that was seen: two answers have no order, and an old one that comes
-- late must not take a count back. (A favourite that was taken back is therefore still counted.)
INSERT INTO statuses (
    id, account_id, uri, url, created_at, edited_at, visibility, language, content, text, spoiler_text, sensitive,
    in_reply_to_id, in_reply_to_account_id, quoted_id, replies_count, reblogs_count, favourites_count, quotes_count,
    application, first_seen_at, seen_at, json
) VALUES (
    :id, :account_id, :uri, :url, :created_at, :edited_at, :visibility, :language, :content, :text, :spoiler_text,
    :sensitive, :in_reply_to_id, :in_reply_to_account_id, :quoted_id, :replies_count, :reblogs_count,
    :favourites_count, :quotes_count, :application, :now, :now, :json
)
ON CONFLICT (id) DO UPDATE SET
    url = excluded.url, edited_at = excluded.edited_at, visibility = excluded.visibility, language = excluded.language,
    content = excluded.content, text = excluded.text, spoiler_text = excluded.spoiler_text,
    sensitive = excluded.sensitive, quoted_id = excluded.quoted_id, seen_at = excluded.seen_at, json = excluded.json,
    replies_count = CASE WHEN edited_at IS excluded.edited_at
        THEN max(replies_count, excluded.replies_count) ELSE excluded.replies_count END,
    reblogs_count = CASE WHEN edited_at IS excluded.edited_at
        THEN max(reblogs_count, excluded.reblogs_count) ELSE excluded.reblogs_count END,
    favourites_count = CASE WHEN edited_at IS excluded.edited_at
        THEN max(favourites_count, excluded.favourites_count) ELSE excluded.favourites_count END,
    quotes_count = CASE WHEN edited_at IS excluded.edited_at
        THEN max(quotes_count, excluded.quotes_count) ELSE excluded.quotes_count END
