"""The tables: each constraint has a name you can read, each moment is aware UTC.

The walls that hold whatever the code does: `bus_holds_its_seats`, `bus_holds_its_wheelchairs`, `one_row_per_update`,
`one_message_per_key`, `one_effect_per_cause`. Moments of leases and pace are real time by the database's clock, all
others business time.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.types import TypeDecorator

from storage.seal import Sealed, SealedJSON


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused (StatementError from the driver call)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive moment cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


congress = Table(
    "congress",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", JSON, nullable=False),
    # What organizers have written in the place of the document's words, by their path in it.
    Column("texts", JSON),
    Column("loaded_at", Moment, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    _id(),
    Column("key", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("leaves_at", Moment, nullable=False),
    Column("returns_at", Moment, nullable=False),
    Column("opens_at", Moment),
    Column("closes_at", Moment),
    Column("host_limit", Integer, nullable=False),
    Column("held_back", Integer, nullable=False, server_default="0"),
    Column("queue_paused", Boolean, nullable=False, server_default="0"),
    Column("seats_taken", Integer, nullable=False, server_default="0"),
    Column("waiting", Integer, nullable=False, server_default="0"),
    Column("details", JSON, nullable=False),
    UniqueConstraint("key", name="one_visit_per_key"),
    CheckConstraint(
        "state IN ('draft', 'open', 'closed', 'departed', 'returned', 'cancelled')", name="visit_state_is_known"
    ),
    CheckConstraint("seats_taken >= 0 AND waiting >= 0", name="visit_counts_from_zero"),
    CheckConstraint("host_limit > 0 AND held_back >= 0", name="visit_limits_make_sense"),
    CheckConstraint("leaves_at < returns_at", name="visit_returns_after_it_leaves"),
)

buses = Table(
    "buses",
    metadata,
    _id(),
    Column("label", Text, nullable=False),
    Column("visit_id", Integer, ForeignKey("visits.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="active"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("roster_version", Integer, nullable=False, server_default="1"),
    Column("seats", Integer, nullable=False),
    Column("wheelchair_places", Integer, nullable=False, server_default="0"),
    Column("seats_taken", Integer, nullable=False, server_default="0"),
    Column("closing_to", Integer),
    Column("wheelchairs_taken", Integer, nullable=False, server_default="0"),
    Column("boards_at", Moment, nullable=False),
    Column("departs_at", Moment, nullable=False),
    Column("bay", Text, nullable=False, server_default=""),
    Column("plate", Text, nullable=False, server_default=""),
    Column("transfer", Boolean, nullable=False),
    UniqueConstraint("label", name="one_bus_per_label"),
    CheckConstraint("seats_taken BETWEEN 0 AND seats", name="bus_holds_its_seats"),
    CheckConstraint("wheelchairs_taken BETWEEN 0 AND wheelchair_places", name="bus_holds_its_wheelchairs"),
    CheckConstraint("boards_at <= departs_at", name="bus_boards_before_it_departs"),
    CheckConstraint("state IN ('active', 'removed')", name="bus_state_is_known"),
    Index("ix_buses_visit", "visit_id"),
)

delegates = Table(
    "delegates",
    metadata,
    _id(),
    Column("telegram_id", BigInteger),
    Column("name", Sealed, nullable=False, server_default=""),
    Column("language", Text),
    Column("registration", Sealed),
    Column("needs", Sealed),
    Column("contact", Sealed),
    Column("wheelchair", Boolean, nullable=False, server_default="0"),
    Column("consent", Text),
    Column("consent_at", Moment),
    Column("unreachable_since", Moment),
    Column("stopped_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("unlisted_at", Moment),
    Column("erased_at", Moment),
    UniqueConstraint("telegram_id", name="one_delegate_per_telegram_id"),
    CheckConstraint("erased_at IS NULL OR telegram_id IS NULL", name="erased_is_unknown"),
)

bookings = Table(
    "bookings",
    metadata,
    _id(),
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("visit_id", Integer, ForeignKey("visits.id"), nullable=False),
    Column("bus_id", Integer, ForeignKey("buses.id")),
    Column("delegate_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("queue_no", Integer),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("party", Integer, nullable=False),
    Column("party_least", Integer, nullable=False),
    Column("wheelchairs", Integer, nullable=False, server_default="0"),
    Column("offer_until", Moment),
    Column("replaces", Integer, ForeignKey("bookings.id")),
    Column("wish", Integer),
    Column("any_time", Boolean, nullable=False, server_default="0"),
    Column("rest_of", Integer, ForeignKey("bookings.id")),
    Column("made_at", Moment, nullable=False),
    Column("given_at", Moment),
    Column("released_at", Moment),
    Column("coming_at", Moment),
    UniqueConstraint("code", name="one_booking_per_code"),
    CheckConstraint("party >= 1 AND party_least BETWEEN 1 AND party", name="booking_has_a_party"),
    CheckConstraint("state IN ('waiting', 'offered', 'booked', 'released')", name="booking_state_is_known"),
    CheckConstraint("state <> 'booked' OR given_at IS NOT NULL", name="booked_seat_was_given_at_a_moment"),
    Index("ix_bookings_visit_state", "visit_id", "state"),
    Index("ix_bookings_delegate_state", "delegate_id", "state"),
    CheckConstraint("state <> 'waiting' OR queue_no IS NOT NULL", name="waiting_party_has_a_place"),
    CheckConstraint("state <> 'offered' OR offer_until IS NOT NULL", name="offer_has_a_deadline"),
    Index("ix_bookings_bus_state", "bus_id", "state"),
    Index("ix_bookings_offer", "state", "offer_until"),
)

riders = Table(
    "riders",
    metadata,
    _id(),
    Column("booking_id", Integer, ForeignKey("bookings.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("needs", Sealed),
    Column("wheelchair", Boolean, nullable=False, server_default="0"),
    Column("is_owner", Boolean, nullable=False),
    Column("out_at", Moment),
    Column("out_by", Integer, ForeignKey("delegates.id")),
    Column("back_at", Moment),
    Column("back_by", Integer, ForeignKey("delegates.id")),
    UniqueConstraint("booking_id", "position", name="one_rider_per_seat"),
)

gifts = Table(
    "gifts",
    metadata,
    _id(),
    Column("digest", Text, nullable=False),
    Column("booking_id", Integer, ForeignKey("bookings.id"), nullable=False),
    Column("rider_id", Integer, ForeignKey("riders.id"), nullable=False),
    Column("delegate_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("name", Sealed, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    UniqueConstraint("digest", name="one_gift_per_link"),
    CheckConstraint("state IN ('open', 'taken', 'withdrawn')", name="gift_state_is_known"),
    Index("ix_gifts_rider", "rider_id", "state"),
    Index("ix_gifts_delegate", "delegate_id", "state"),
)
"""Seats that their holders give to a colleague by a link. The link's secret is not kept, only its digest."""

registered = Table(
    "registered",
    metadata,
    _id(),
    Column("bucket", Integer, nullable=False),
    Column("number", Sealed, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("language", Text),
    Column("city", Sealed),
    Column("notes", Sealed),
    Column("delegate_id", Integer, ForeignKey("delegates.id")),
    Column("listed_at", Moment, nullable=False),
    Column("joined_at", Moment),
    UniqueConstraint("delegate_id", name="one_number_per_person"),
    Index("ix_registered_bucket", "bucket"),
)
"""The organizers' list of registered people. `delegate_id`: whose number it is, once somebody has said it."""

feedback = Table(
    "feedback",
    metadata,
    Column("booking_id", Integer, ForeignKey("bookings.id"), primary_key=True, autoincrement=False),
    Column("score", Integer, nullable=False),
    Column("comment", Sealed),
    Column("given_at", Moment, nullable=False),
    CheckConstraint("score BETWEEN 1 AND 5", name="score_is_one_to_five"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("delegate_id", Integer, ForeignKey("delegates.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("fields", SealedJSON, nullable=False),
    Column("message_id", BigInteger),
    Column("expires_at", Moment, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    _id(),
    Column("delegate_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Integer, nullable=False, server_default="0"),
    Column("message_id", BigInteger, nullable=False),
    UniqueConstraint("delegate_id", "kind", "subject", name="one_card_per_subject"),
)

boards = Table(
    "boards",
    metadata,
    _id(),
    Column("delegate_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("city", Text, nullable=False),
    Column("message_id", BigInteger),
    Column("shown", Text, nullable=False),
    Column("edited_at", Moment, nullable=False),
    UniqueConstraint("delegate_id", "city", name="one_board_per_city"),
)
"""Morning cards that are edited by themselves. `shown` is a digest; who writes `edited_at` has the edit."""

calendars = Table(
    "calendars",
    metadata,
    Column("booking_id", Integer, ForeignKey("bookings.id"), primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("facts", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    CheckConstraint("sequence >= 0", name="calendar_counts_from_zero"),
)
"""The calendar file of a booking that was given out last."""

given_rosters = Table(
    "given_rosters",
    metadata,
    _id(),
    Column("list", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("delegate_id", Integer, ForeignKey("delegates.id")),
    Column("listed", JSON, nullable=False),
    Column("given_at", Moment, nullable=False),
    UniqueConstraint("list", "version", "delegate_id", name="one_copy_of_a_version"),
    CheckConstraint("version >= 1", name="roster_counts_from_one"),
)
"""Lists that left the bot, and who has which: riders by their ids, no names. Whoever is erased has none any more."""

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger),
    Column("raw", Sealed),
    Column("state", Text, nullable=False, server_default="received"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("received_at", Moment, nullable=False),
    Column("error", Text),
    CheckConstraint("state IN ('received', 'done', 'parked')", name="update_state_is_known"),
    CheckConstraint("state <> 'received' OR raw IS NOT NULL", name="waiting_update_has_its_content"),
    Index("ix_inbox_state", "state", "update_id"),
)

line_of_update = func.coalesce(inbox.c.person, literal_column("-9007199254740992") - inbox.c.update_id)
"""The line in which an update stands: its person's, or one of its own. Ids of persons end at 2**53."""
Index("ix_inbox_line", line_of_update, postgresql_where=inbox.c.state == "received").ddl_if(dialect="postgresql")

acts = Table(
    "acts",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("arguments", JSON),
    Column("author_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("preview", JSON, nullable=False),
    Column("before", JSON),
    Column("seen", Integer, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("state", Text, nullable=False, server_default="shown"),
    Column("message_id", BigInteger),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("reported_at", Moment),
    Column("cause", Text, nullable=False),
    UniqueConstraint("cause", name="one_act_per_cause"),
    CheckConstraint("state IN ('shown', 'planned', 'recalled', 'done', 'changed')", name="act_state_is_known"),
    CheckConstraint("state <> 'planned' OR due_at IS NOT NULL", name="planned_act_has_its_moment"),
    Index("ix_acts_state", "state", "due_at"),
)
"""Dangerous acts: what a preview counted, and what became of it. `seen` is the last line of the log it knew of."""

cuts = Table(
    "cuts",
    metadata,
    _id(),
    Column("act_id", Integer, ForeignKey("acts.id"), nullable=False),
    Column("bus_id", Integer, ForeignKey("buses.id"), nullable=False),
    Column("asks_until", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", JSON),
    UniqueConstraint("act_id", name="one_cut_per_act"),
    Index("ix_cuts_open", "ended_at", "asks_until"),
)
"""Buses that get smaller than what is taken, while their passengers are asked who would go elsewhere."""

asks = Table(
    "asks",
    metadata,
    Column("hold_id", Integer, ForeignKey("bookings.id"), primary_key=True, autoincrement=False),
    Column("cut_id", Integer, ForeignKey("cuts.id"), nullable=False),
    Column("booking_id", Integer, ForeignKey("bookings.id"), nullable=False),
    Column("is_last", Boolean, nullable=False),
    Column("stays_at", Moment),
    Index("ix_asks_cut", "cut_id"),
)
"""Who was asked: the offer that is held for them elsewhere, and their seat. `is_last`: the rule would move them."""

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("delegate_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("booking_id", Integer, ForeignKey("bookings.id")),
    Column("announcement_id", Integer, ForeignKey("announcements.id")),
    Column("act_id", Integer, ForeignKey("acts.id")),
    Column("slots", SealedJSON, nullable=False),
    Column("message_class", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("departs_at", Moment),
    Column("state", Text, nullable=False, server_default="due"),
    Column("not_before", Moment),
    Column("lease_until", Moment),
    Column("token", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("edits", BigInteger),
    Column("message_id", BigInteger),
    Column("begun_at", Moment),
    Column("settled_at", Moment),
    Column("error", Text),
    UniqueConstraint("key", name="one_message_per_key"),
    CheckConstraint(
        "state IN ('due', 'leased', 'sending', 'sent', 'unknown', 'failed', 'unreachable', 'expired', 'cancelled')",
        name="message_state_is_known",
    ),
    CheckConstraint("message_class IN ('1-urgent', '2-normal', '3-bulk')", name="message_class_is_known"),
    Index("ix_outbox_claim", "state", "message_class", "departs_at"),
    Index("ix_outbox_booking", "booking_id", "kind"),
    Index("ix_outbox_announcement", "announcement_id", "state"),
    Index("ix_outbox_act", "act_id", "state"),
    Index("ix_outbox_reader", "delegate_id", "state"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Who among several processes does what only one may do (poll Telegram), and which of them are alive. Real time."""

lines = Table(
    "lines",
    metadata,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Index("ix_lines_holder", "holder"),
)
"""One person's updates stand in line with one process at a time: a row as long as it has some of them in hand."""

pace = Table(
    "pace",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("next_at", Moment, nullable=False),
    Column("held_until", Moment, nullable=False),
    CheckConstraint("id = 1", name="one_pace_for_all"),
)
"""When the next message may leave, whichever process sends it, and until when Telegram wants none. Real time."""

announcements = Table(
    "announcements",
    metadata,
    _id(),
    Column("author_id", Integer, ForeignKey("delegates.id"), nullable=False),
    Column("visit_id", Integer, ForeignKey("visits.id")),
    Column("audience", JSON),
    Column("text", Sealed, nullable=False),
    Column("message_id", BigInteger),
    Column("made_at", Moment, nullable=False),
    Column("reported_at", Moment),
    Column("asks", Boolean),
    Column("due_at", Moment),
    Column("begun_at", Moment),
    Column("withdrawn_at", Moment),
    Column("listed_at", Moment),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("announcement_id", Integer, ForeignKey("announcements.id"), primary_key=True),
    Column("delegate_id", Integer, ForeignKey("delegates.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)

log = Table(
    "log",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    Column("actor", BigInteger),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", SealedJSON),
    Column("after", SealedJSON),
    Column("outcome", SealedJSON),
    Column("cause", Text),
    UniqueConstraint("cause", name="one_effect_per_cause"),
    Index("ix_log_subject", "subject"),
    Index("ix_log_actor", "actor", "at"),
)

grants = Table(
    "grants",
    metadata,
    _id(),
    Column("telegram_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),
    Column("granted_at", Moment, nullable=False),
    UniqueConstraint("telegram_id", "role", "scope", name="one_grant_per_role_and_scope"),
)
