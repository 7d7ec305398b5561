-- Your timeline, by one query. `timeline-for-me --print-query > mine.sql` gives you a copy to change, and
-- `timeline-for-me --query mine.sql` runs it. All tables and views: examples/src/database/schema.sql.
--
-- The program reads the column `id` of each row, in this order, and shows that post. Other columns are for you:
-- `--explain` prints them.
--
-- Parameters, each of which a query may leave out:
--   :since       the oldest that may be shown, as text like 2026-11-23T08:15:00.000Z   (--hours)
--   :limit       how many posts                                                        (--limit)
--   :per_author  how many of one author                                                (--per-author)
--   :again       1: also what was shown before, otherwise 0                            (--again)
WITH
-- What may be shown at all.
candidates AS (
    SELECT statuses.id, account_id, accounts.acct, bot, favourites_count, reblogs_count, replies_count,
        -- Hours since it was written; a clock that is wrong makes no post of the future.
        max(0.0, (julianday('now') - julianday(statuses.created_at)) * 24) AS age,
        in_reply_to_id IS NOT NULL AND in_reply_to_account_id IS NOT account_id AS is_reply
    FROM statuses JOIN accounts ON accounts.id = account_id
    WHERE statuses.created_at >= :since
      AND statuses.text IS NOT NULL
      AND statuses.id NOT IN (SELECT id FROM deletes)
      AND (:again OR statuses.id NOT IN (SELECT status_id FROM shown))
),
-- Tags you like: all of a post's together, but ten good tags are not worth more than three.
liked_tags AS (
    SELECT status_id, min(sum(weight), 3.0) AS weight
    FROM status_tags JOIN likes_tags USING (tag)
    GROUP BY status_id
),
-- Boosts by people you like.
liked_boosts AS (
    SELECT status_id, min(sum(weight), 3.0) AS weight
    FROM boosts JOIN accounts ON accounts.id = boosts.account_id JOIN likes_people USING (acct)
    WHERE boosts.id NOT IN (SELECT id FROM deletes)
    GROUP BY status_id
),
scored AS (
    SELECT candidates.*,
        (
            1.0
            -- What others think of it. A thousand favourites are not a thousand times as interesting.
            + 20.0 * (interest / (interest + 20.0))
            -- What you like.
            + 5.0 * coalesce(likes_people.weight, 0)
            + 4.0 * coalesce(liked_tags.weight, 0)
            + 3.0 * coalesce(liked_boosts.weight, 0)
        )
        * CASE WHEN is_reply THEN 0.5 ELSE 1.0 END
        * CASE WHEN bot THEN 0.5 ELSE 1.0 END
        -- After six hours half of it is left, after eighteen a quarter.
        / (1.0 + age / 6.0) AS score
    FROM (SELECT *, favourites_count + 2.0 * reblogs_count + 0.5 * replies_count AS interest FROM candidates) AS candidates
    LEFT JOIN likes_people ON likes_people.acct = candidates.acct
    LEFT JOIN liked_tags ON liked_tags.status_id = candidates.id
    LEFT JOIN liked_boosts ON liked_boosts.status_id = candidates.id
)
SELECT id, round(score, 2) AS score, acct, round(age, 1) AS hours
FROM (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY score DESC, id DESC) AS place FROM scored)
WHERE place <= :per_author AND score > 0
ORDER BY score DESC, id DESC
LIMIT :limit
