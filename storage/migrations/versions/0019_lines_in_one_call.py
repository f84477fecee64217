"""lines in one call: on PostgreSQL an update is stored, and one marked done, in one way there and back

Each statement of a PL/pgSQL function sees what was committed before it began, as each of a transaction does; so a
function does in one call what took a transaction of five statements. Replicas of two versions share the functions:
one that is changed gets a new name.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Which updates wait in a line: its person's, or one that nobody sent (storage.tables.line_of_update).
_LINE = "coalesce(inbox.person, -9007199254740992 - inbox.update_id)"
_FOUND = "TABLE (update_id bigint, person bigint, raw text, tries integer, received_at timestamptz)"
_WAITING = f"""
    RETURN QUERY
        SELECT inbox.update_id, inbox.person, inbox.raw, inbox.tries, inbox.received_at FROM inbox
        WHERE inbox.state = 'received' AND {_LINE} = ANY (mine) AND inbox.update_id <> ALL (besides)
        ORDER BY inbox.update_id LIMIT most;
"""
_NOTHING_WAITS = f"NOT EXISTS (SELECT FROM inbox WHERE inbox.state = 'received' AND {_LINE} = lines.line)"

_TAKE = f"""
CREATE FUNCTION take_updates(wanted bigint[], me text, besides bigint[], most integer)
RETURNS {_FOUND} LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    mine bigint[];
BEGIN
    -- Whose line is somebody else's is locked as well: its holder waits with its last look until this is committed.
    WITH claimed AS (
        INSERT INTO lines (line, holder) SELECT line, me FROM unnest(wanted) AS line ORDER BY line
        ON CONFLICT (line) DO UPDATE SET holder = excluded.holder
            WHERE lines.holder = me OR NOT EXISTS (
                SELECT FROM leases WHERE name = 'process/' || lines.holder AND until > clock_timestamp()
            )
        RETURNING line
    )
    SELECT coalesce(array_agg(line), '{{}}') INTO mine FROM claimed;
    {_WAITING}
    -- What waited when somebody looked may be done by now; a line in which nothing waits is nobody's.
    DELETE FROM lines WHERE line = ANY (mine) AND holder = me AND {_NOTHING_WAITS};
END $$
"""

_STORE = f"""
CREATE FUNCTION store_updates(
    ids bigint[], persons bigint[], raws text[], received timestamptz,
    wanted bigint[], me text, besides bigint[], most integer
)
RETURNS {_FOUND} LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO inbox (update_id, person, raw, received_at)
        SELECT id, sender, content, received FROM unnest(ids, persons, raws) AS new (id, sender, content) ORDER BY id
        ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT * FROM take_updates(wanted, me, besides, most);
END $$
"""

_FINISH = f"""
CREATE FUNCTION finish_updates(ids bigint[], ended bigint[], me text, most integer)
RETURNS {_FOUND} LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    mine bigint[];
    besides bigint[] := '{{}}';
BEGIN
    UPDATE inbox SET state = 'done', raw = NULL, person = NULL
        WHERE inbox.update_id = ANY (ids) AND inbox.state = 'received';
    -- First the lock, then the look: whoever has just stored an update into this line and left it to its holder
    -- has locked the row, and the next statement sees what they have committed.
    mine := ARRAY(SELECT line FROM lines WHERE line = ANY (ended) AND holder = me ORDER BY line FOR UPDATE);
    DELETE FROM lines WHERE line = ANY (mine) AND holder = me AND {_NOTHING_WAITS};
    mine := ARRAY(SELECT line FROM lines WHERE line = ANY (mine) AND holder = me);
    {_WAITING}
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # one process on SQLite has no lines
        for function in (_TAKE, _STORE, _FINISH):
            op.execute(function)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for function in ("finish_updates", "store_updates", "take_updates"):
            op.execute(f"DROP FUNCTION {function}")
