"""Finding a visit and signing up: cities, lists, the card, what to do after a "no"."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.buttons import Button
from bot.keyboards.layout import Row, button, markup, share, visit_rows
from bot.language import Language
from bot.rules.booking import Clashes, NoSeats, NotListed, PeopleWait, Refusal
from bot.rules.filtering import Filters
from bot.rules.links import visit_link
from bot.rules.packing import pack
from bot.rules.seats import largest_ever, largest_party
from bot.services.drafts import Party
from bot.services.visits import VisitCard
from bot.texts import labels
from bot.texts import visits as visit_texts
from storage.records import Booking, BookingState, Congress, Visit


def cities(say: Language, congress: Congress, visits: Sequence[Visit]) -> InlineKeyboardMarkup:
    """One button for each city that has visits, and the way to look for one by time or theme."""
    rows = []
    for city in congress.cities.values():
        there = [visit for visit in visits if visit.city == city.id]
        if there:
            rows.append([button(visit_texts.city_label(say, city, visits=there), buttons.Visits(city.id, 0))])
    narrow = buttons.Narrow(pack(Filters(), congress))
    return markup([*rows, [button(labels.narrow(say), narrow)], [button(labels.menu(say), buttons.Menu())]])


def visit_list(
    say: Language, congress: Congress, *, city: str, visits: Sequence[Visit], page: int, last_page: int
) -> InlineKeyboardMarkup:
    """One button a visit, the pages where the list is long, and the way to filter it."""
    turning: Row = []
    if page > 0:
        turning.append(button(labels.earlier_page(say), buttons.Visits(city, page - 1)))
    if page < last_page:
        turning.append(button(labels.later_page(say), buttons.Visits(city, page + 1)))
    narrow = buttons.Narrow(pack(Filters(city=city), congress))
    ways = [[button(labels.narrow(say), narrow)], [button(labels.back(say), buttons.Cities())]]
    return markup([*visit_rows(say, visits), turning, *ways])


def card(
    say: Language, shown: VisitCard, *, party_size: int, username: str, way_back: Button | None = None
) -> InlineKeyboardMarkup:
    """What can be done with a visit: sign up, see one's ticket, find others; libraries, map, share, back."""
    visit = shown.visit
    rows: list[Row] = []
    if shown.own is not None:
        rows.append([_own_booking(say, shown.own)])
    elif shown.refusal is None and (visit.waiting or largest_party(visit) == 0):
        rows.append([button(labels.join(say), buttons.Join(visit.id, 1))])
        if party_size > 1:
            rows.append([button(labels.join_with_companions(say), buttons.BringCompanions(visit.id))])
        rows.append([button(labels.similar(say), buttons.Similar(visit.id))])
    elif shown.refusal is None:
        rows.append([button(labels.sign_up_alone(say), buttons.Book(visit.id, visit.version, 1))])
        if party_size > 1 and largest_party(visit) > 1:
            rows.append([button(labels.with_companions(say), buttons.BringCompanions(visit.id))])
    else:
        rows.append([button(labels.similar(say), buttons.Similar(visit.id))])
    rows.append([button(labels.libraries(say), buttons.ShowLibraries(visit.id))])
    rows.append([button(labels.show_map(say), buttons.ShowMap(visit.id))])
    link = visit_link(visit, username=username)
    rows.append([share(labels.share(say), link=link, words=say.words(visit.title))])
    return markup([*rows, [button(labels.back(say), way_back or buttons.Visits(visit.city, 0))]])


def _own_booking(say: Language, own: Booking) -> InlineKeyboardButton:
    match own.state:
        case BookingState.WAITING:
            return button(labels.own_wait(say), buttons.ShowWait(own.id))
        case BookingState.OFFERED:
            return button(labels.own_offer(say), buttons.ShowWait(own.id))
        case _:
            return button(labels.own_ticket(say), buttons.ShowTicket(own.id))


def back_to(say: Language, way_back: Button) -> InlineKeyboardMarkup:
    """One way: back to the card."""
    return markup([[button(labels.back(say), way_back)]])


def alternatives(say: Language, others: Sequence[Visit], *, way_back: Button) -> InlineKeyboardMarkup:
    """The visits that come nearest, and back."""
    return markup([*visit_rows(say, others), [button(labels.back(say), way_back)]])


def refusal(
    say: Language, refused: Refusal, *, visit: Visit, party: int, others: Sequence[Visit]
) -> InlineKeyboardMarkup:
    """What can be done after a "no": give up what is in the way, choose one of the nearest, go back."""
    rows: list[Row] = []
    if isinstance(refused, Clashes):
        giving_up = tuple((seat.booking.id, seat.booking.version) for seat in refused.seats)
        replace = buttons.Replace(visit.id, visit.version, party, giving_up)
        rows.append([button(labels.give_up_for(say), replace)])
    if isinstance(refused, NoSeats | PeopleWait):
        rows.append([button(labels.join_party(say, party=party), buttons.Join(visit.id, party))])
    if isinstance(refused, NotListed):
        rows.append([button(labels.say_number(say), buttons.AskNumber())])
    rows += visit_rows(say, others)
    return markup([*rows, [button(labels.back(say), buttons.ShowVisit(visit.id))]])


def party(say: Language, shown: Party) -> InlineKeyboardMarkup:
    """Sign the party up, take the last name back, or close."""
    rows: list[Row] = []
    if shown.names:
        travellers = 1 + len(shown.names)
        waits = shown.visit.waiting or travellers > largest_party(shown.visit)
        if waits and travellers <= largest_ever(shown.visit):
            join = buttons.Join(shown.visit.id, travellers)
            rows.append([button(labels.join_party(say, party=travellers), join)])
        else:
            book = buttons.Book(shown.visit.id, shown.visit.version, travellers)
            rows.append([button(labels.sign_up_party(say, party=travellers), book)])
        rows.append([button(labels.drop_companion(say), buttons.DropCompanion(shown.visit.id))])
    return markup([*rows, [button(labels.back(say), buttons.ShowVisit(shown.visit.id))]])
