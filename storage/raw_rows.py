"""Rows as they lie: copied from one database into another without opening a seal, ids and moments kept.

The tables are read off an SQLite file that the migrations made, not off tables.py: so a backup of an older revision is
copied as it was, and climbs afterwards.
"""

from sqlalchemy import JSON, Connection, DateTime, MetaData, Table, func, insert, select, update

from storage.tables import Moment

PROCESS_TABLES = frozenset({"leases", "lines", "pace"})
"""They belong to running processes: who polls, whose updates are in hand, when the next message may leave."""
LABEL = "backup"
"""The table of a backup that says where it comes from."""
_NOT_ROWS = PROCESS_TABLES | {LABEL, "alembic_version"}
_AT_ONCE = 500


def kept_tables(file: Connection) -> list[Table]:
    """Return the tables of an SQLite file whose rows are kept, those that others point to first."""
    found = MetaData()
    found.reflect(file)
    for table in found.tables.values():
        for column in table.columns:
            generic = column.type.as_generic()
            if isinstance(generic, DateTime):
                column.type = Moment()
            elif isinstance(generic, JSON):
                column.type = JSON(none_as_null=True)
            else:
                column.type = generic
    return [table for table in found.sorted_tables if table.name not in _NOT_ROWS]


def count_rows(tx: Connection, tables: list[Table]) -> dict[str, int]:
    """Count the rows of each table."""
    return {table.name: int(tx.scalar(select(func.count()).select_from(table)) or 0) for table in tables}


def copy_rows(source: Connection, target: Connection, table: Table) -> None:
    """Copy every row of the table. What points to rows of the same table is set when all of them are there."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    mine = list(table.primary_key.columns)
    pointers: list[dict[str, object]] = []
    rows = source.execute(select(table).order_by(*mine), execution_options={"yield_per": _AT_ONCE})
    for part in rows.mappings().partitions(_AT_ONCE):
        batch = [dict(row) for row in part]
        if own:
            pointers += [dict(row) for row in batch if any(row[name] is not None for name in own)]
            batch = [{**row, **dict.fromkeys(own)} for row in batch]
        target.execute(insert(table), batch)
    for row in pointers:
        this = [column == row[column.name] for column in mine]
        target.execute(update(table).where(*this).values({name: row[name] for name in own}))


def set_sequences(tx: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL number new rows after the highest id of each table."""
    for table in tables:
        for column in table.primary_key.columns:
            sequence = tx.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if sequence is not None:
                highest = tx.scalar(select(func.max(column)))
                tx.execute(select(func.setval(sequence, highest or 1, highest is not None)))
