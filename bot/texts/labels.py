"""What stands on buttons. Kazakh: verbal nouns in -у; Russian: infinitives."""

from datetime import datetime
from typing import assert_never

from bot.language import Language
from bot.services.rosters import ListKind


def visits(say: Language) -> str:
    return "🚌 " + say.gettext("Choose a visit")


def own(say: Language) -> str:
    return "🎫 " + say.gettext("My tickets")


def language(say: Language) -> str:
    return "🌐 " + say.gettext("Language")


def hear_all(say: Language) -> str:
    return "🔔 " + say.gettext("All messages again")


def back(say: Language) -> str:
    return "‹ " + say.gettext("Back")


def menu(say: Language) -> str:
    return "☰ " + say.gettext("Menu")


def earlier_page(say: Language) -> str:
    return "‹ " + say.gettext("Previous page")


def later_page(say: Language) -> str:
    return say.gettext("Next page") + " ›"


def sign_up_alone(say: Language) -> str:
    return "✅ " + say.gettext("Sign up: just me")


def sign_up_party(say: Language, *, party: int) -> str:
    return "✅ " + say.ngettext("Sign up: {n} person", "Sign up: {n} people", party).format(n=party)


def with_companions(say: Language) -> str:
    return "👥 " + say.gettext("Sign up with companions")


def drop_companion(say: Language) -> str:
    # Translators: the name typed last, not a surname.
    return "✖️ " + say.gettext("Remove the last name")


def change_name(say: Language) -> str:
    return "✏️ " + say.gettext("Change my name")


def narrow(say: Language) -> str:
    # Translators: leads to the filters: free hours, city, theme, guide's language and so on.
    return "🔎 " + say.gettext("Find by time, theme, language")


def change_filters(say: Language) -> str:
    return "🔎 " + say.gettext("Change the filters")


def no_filters(say: Language) -> str:
    return "🧹 " + say.gettext("Clear all filters")


def show_found(say: Language, *, fitting: int) -> str:
    return "📋 " + say.ngettext("Show {n} visit", "Show {n} visits", fitting).format(n=fitting)


def type_hours(say: Language) -> str:
    # Translators: lets the delegate write free hours, instead of choosing from a list.
    return "⌨️ " + say.gettext("Write the hours")


def share(say: Language) -> str:
    # Translators: hands the visit's link on to a colleague, in Telegram.
    return "↗️ " + say.gettext("Share with a colleague")


def libraries(say: Language) -> str:
    return "🏛 " + say.gettext("About the libraries")


def show_map(say: Language) -> str:
    return "📍 " + say.gettext("Show on the map")


def join(say: Language) -> str:
    return "⏳ " + say.gettext("Join the waiting list: just me")


def join_party(say: Language, *, party: int) -> str:
    return "⏳ " + say.ngettext("Join the waiting list: {n} person", "Join the waiting list: {n} people", party).format(
        n=party
    )


def join_with_companions(say: Language) -> str:
    return "👥 " + say.gettext("Wait with companions")


def join_keeping(say: Language) -> str:
    # Translators: waits for a full visit and keeps the seat on another one until this one is real.
    return "⏳ " + say.gettext("Wait here, keep my seat till then")


def own_wait(say: Language) -> str:
    return "⏳ " + say.gettext("My place in the list")


def own_offer(say: Language) -> str:
    return "🎉 " + say.gettext("A seat is kept for you")


def with_fewer(say: Language, *, chosen: bool) -> str:
    # Translators: a switch of a party that waits: it would also take fewer seats than it is people.
    return ("☑️ " if chosen else "◻️ ") + say.gettext("We would go with fewer too")


def any_time(say: Language, *, chosen: bool) -> str:
    # Translators: a switch: from the evening before on the seat is simply given, no question is asked.
    return ("☑️ " if chosen else "◻️ ") + say.gettext("Evening before: just sign me up")


def wait_beside(say: Language) -> str:
    return "🔀 " + say.gettext("Another visit would do as well")


def leave_line(say: Language) -> str:
    # Translators: leaves the waiting list.
    return "✖️ " + say.gettext("Leave the waiting list")


def take_offer(say: Language, *, party: int) -> str:
    return "✅ " + say.ngettext("Take {n} seat", "Take {n} seats", party).format(n=party)


def decline_offer(say: Language) -> str:
    return "✖️ " + say.gettext("No, thank you")


def wait_for_all(say: Language, *, party: int) -> str:
    return "⏳ " + say.gettext("Wait for {n} seats together").format(n=party)


def similar(say: Language) -> str:
    return "🔎 " + say.gettext("Similar visits with free seats")


def own_ticket(say: Language) -> str:
    return "🎫 " + say.gettext("My ticket")


def qr_pass(say: Language) -> str:
    # Translators: a code on the phone that is scanned as one boards the bus. Short: it shares a row.
    return "🔳 " + say.gettext("QR pass")


def more(say: Language) -> str:
    # Translators: opens more buttons of a ticket. Short: it shares a row.
    return "⋯ " + say.gettext("More")


def calendar(say: Language) -> str:
    return "📅 " + say.gettext("Add to my calendar")


def calendar_anew(say: Language) -> str:
    # Translators: sends the calendar file again, because times or places have changed.
    return "📅 " + say.gettext("Update my calendar")


def out_of_calendar(say: Language) -> str:
    return "📅 " + say.gettext("Remove from my calendar")


def on_paper(say: Language) -> str:
    return "🖨 " + say.gettext("On paper (PDF)")


def to_driver(say: Language) -> str:
    # Translators: sends a picture that asks a driver or a guard for the way, in Kazakh and Russian.
    return "🚕 " + say.gettext("Show to a driver or a guard")


def about_visit(say: Language) -> str:
    return "🏛 " + say.gettext("About this visit")


def give_up_for(say: Language) -> str:
    # Translators: gives the other visit up and takes a seat on this one.
    return "🔁 " + say.gettext("Give up and sign up here")


def release(say: Language) -> str:
    # Translators: the delegate withdraws from a visit and gives the seat back.
    return "✖️ " + say.gettext("Give the seat back")


def yes_release(say: Language) -> str:
    return "✖️ " + say.gettext("Yes, give it back")


def yes_release_all(say: Language, *, party: int) -> str:
    # Translators: gives all seats of a party back.
    return "✖️ " + say.ngettext("All {n} seat", "All {n} seats", party).format(n=party)


def undo(say: Language, *, seconds: int) -> str:
    # Translators: takes back what was done a moment ago, possible for so many seconds.
    return "↩️ " + say.ngettext("Undo ({n} second)", "Undo ({n} seconds)", seconds).format(n=seconds)


def move(say: Language) -> str:
    # Translators: a sign-up goes to another visit, with everybody on it.
    return "🔁 " + say.gettext("Move to another visit")


def yes_move(say: Language) -> str:
    return "🔁 " + say.gettext("Yes, move")


def coming(say: Language, *, chosen: bool) -> str:
    # Translators: answer to the question of the evening before; a second press takes it back.
    return ("☑️ " if chosen else "✅ ") + say.gettext("I’m coming")


def free_seat(say: Language, *, party: int) -> str:
    # Translators: the other answer to the question of the evening before: others may have the seat, or our seats.
    return "✖️ " + (say.gettext("Free my seat") if party == 1 else say.gettext("Free our seats"))


def score(value: int, *, chosen: bool) -> str:
    return f"☑️ {value}" if chosen else str(value)


def add_comment(say: Language) -> str:
    return "💬 " + say.gettext("Add a line")


def keep(say: Language) -> str:
    return say.gettext("No, keep it")


def give_away(say: Language) -> str:
    # Translators: the seat goes to a colleague by a link.
    return "🎁 " + say.gettext("Give to a colleague")


def make_link(say: Language) -> str:
    return "🔗 " + say.gettext("Make a link")


def send_link(say: Language) -> str:
    # Translators: opens Telegram's list of chats to send the link to one of them.
    return "↗️ " + say.gettext("Send to a chat")


def take_gift(say: Language) -> str:
    return "✅ " + say.gettext("Take the seat")


def wheelchairs(say: Language) -> str:
    return "♿ " + say.gettext("Wheelchair places")


def need_wheelchair(say: Language, *, chosen: bool) -> str:
    # Translators: a switch.
    return ("☑️ " if chosen else "◻️ ") + say.gettext("I need a wheelchair place")


def stop_typing(say: Language) -> str:
    # Translators: closes a dialogue in which something was being typed; no seat is given back.
    return say.gettext("Close")


def test_to_myself(say: Language) -> str:
    # Translators: sends an announcement to its author alone, as readers will get it.
    return "👁 " + say.gettext("Test: to me alone")


def say_number(say: Language) -> str:
    return "🪪 " + say.gettext("Registration number")


def apply_file(say: Language) -> str:
    # Translators: button below what an event file would change; beside it stands "No".
    return "✅ " + say.gettext("Apply")


def leave_as_it_is(say: Language) -> str:
    # Translators: button beside "Apply": nothing is changed.
    return say.gettext("No")


def send_to(say: Language, *, people: int) -> str:
    return "📣 " + say.ngettext("Send to {n} person", "Send to {n} people", people).format(n=people)


def confirm_cancelling(say: Language, *, people: int) -> str:
    # Translators: an organizer calls a visit off; so many people have a seat on it.
    return "❌ " + say.ngettext("Cancel it for {n} person", "Cancel it for {n} people", people).format(n=people)


def confirm_move(say: Language, *, seats: int, passed: int) -> str:
    if passed:
        # Translators: a button; an organizer moves a party to a visit past so many who wait for it.
        text = say.ngettext("Move, passing {n} who waits", "Move, passing {n} who wait", passed).format(n=passed)
    else:
        text = say.ngettext("Move {n} seat", "Move {n} seats", seats).format(n=seats)
    return f"↪️ {text}"


def confirm_merge(say: Language, *, people: int) -> str:
    # Translators: an organizer empties a bus into another one; so many people change the bus.
    return "🚌 " + say.ngettext("Do it: {n} person changes", "Do it: {n} people change", people).format(n=people)


def confirm_cut(say: Language, *, people: int) -> str:
    # Translators: an organizer makes a bus smaller; so many people have to sit elsewhere.
    return "✂️ " + say.ngettext("Do it: {n} person moves", "Do it: {n} people move", people).format(n=people)


def stay(say: Language) -> str:
    # Translators: on a bus that has become smaller, somebody would rather keep their seat than take another visit.
    return "🚌 " + say.gettext("I stay")


def plan_for(say: Language, *, people: int, moment: datetime) -> str:
    # Translators: an organizer lets an announcement go out later, at this time of the clock.
    text = say.ngettext("At {time} to {n} person", "At {time} to {n} people", people)
    return "⏰ " + text.format(n=people, time=say.clock(moment))


def ask_to_confirm(say: Language, *, asks: bool) -> str:
    # Translators: a switch: the readers of an announcement are asked to confirm that they have read it.
    return ("☑️ " if asks else "◻️ ") + say.gettext("Ask for “Got it”")


def got_it(say: Language) -> str:
    # Translators: a reader of an announcement confirms having read it.
    return "👍 " + say.gettext("Got it")


def withdraw(say: Language) -> str:
    # Translators: an announcement that is planned for later is not to go out.
    return "✖️ " + say.gettext("Do not send it")


def remind_them(say: Language, *, people: int) -> str:
    # Translators: an organizer sends an announcement once more to those who have not confirmed it.
    return "🔔 " + say.ngettext("Remind {n} person", "Remind {n} people", people).format(n=people)


def recall(say: Language) -> str:
    # Translators: an organizer takes a decision back before anything has changed.
    return "↩️ " + say.gettext("Recall")


def look_again(say: Language) -> str:
    # Translators: shows how far a decision is.
    return "🔄 " + say.gettext("How far is it?")


def act_file(say: Language) -> str:
    # Translators: sends a file: whom a cancelled visit or a smaller bus has touched, and what they got instead.
    return "⬇️ " + say.gettext("Everybody concerned (CSV)")


def take_held(say: Language) -> str:
    # Translators: takes the seat that is held for somebody whose visit was cancelled.
    return "✅ " + say.gettext("Take it")


def show_others(say: Language) -> str:
    # Translators: shows other visits to somebody whose visit was cancelled.
    return "🔎 " + say.gettext("Show others")


def no_thanks(say: Language) -> str:
    # Translators: the seat that is held for somebody goes to others.
    return "✖️ " + say.gettext("No thanks")


def other_list(say: Language, *, kind: ListKind) -> str:
    match kind:
        case ListKind.RIDERS:
            return "📋 " + say.gettext("Passenger list")
        case ListKind.WAITING:
            return "⏳ " + say.gettext("Waiting list")
        case ListKind.ACCESS:
            return "♿ " + say.gettext("Wheelchair places needed")
        case _:
            assert_never(kind)


def pause_line(say: Language, *, paused: bool) -> str:
    # Translators: pauses a waiting list, or lets it go on.
    return "▶️ " + say.gettext("Let it go on") if paused else "⏸ " + say.gettext("Pause the waiting list")


def write_all_languages(say: Language) -> str:
    # Translators: begins to write one text of the programme in all languages at once.
    return "✏️ " + say.gettext("In all languages")


def save_text(say: Language) -> str:
    # Translators: puts a new text of the programme in the place of the old one.
    return "✅ " + say.gettext("Save")


def undo_text(say: Language) -> str:
    # Translators: puts the former text of the programme back.
    return "↩️ " + say.gettext("Undo")


def all_texts(say: Language) -> str:
    # Translators: shows all texts of a visit or of the congress, to choose from.
    return "📝 " + say.gettext("All texts")


def open_private_chat(say: Language) -> str:
    return say.gettext("Open the chat")


def own_data(say: Language) -> str:
    return "📄 " + say.gettext("What is stored about me")


def ask_forget(say: Language) -> str:
    return "🗑 " + say.gettext("Delete everything about me")


def forget(say: Language) -> str:
    return "🗑 " + say.gettext("Yes, delete everything")


def forget_nothing(say: Language) -> str:
    # Translators: the answer "no" to the question whether everything about the person shall be deleted.
    return say.gettext("No, keep it all")


def seat_them(say: Language) -> str:
    # Translators: a button of the desk: signs the person before it up.
    return "☑️ " + say.gettext("Sign them up")


def force_them(say: Language, *, passed: int) -> str:
    if passed:
        # Translators: a button; an organizer seats somebody past so many who wait for the visit.
        text = say.ngettext("Seat them, passing {n} who waits", "Seat them, passing {n} who wait", passed).format(
            n=passed
        )
    else:
        # Translators: a button; an organizer seats somebody although a rule says no.
        text = say.gettext("Seat them all the same")
    return f"❗️ {text}"


def seat_wheelchair(say: Language, *, wanted: bool) -> str:
    # Translators: a switch of the desk: the person before it needs a wheelchair place, or not.
    return ("☑️ " if wanted else "◻️ ") + say.gettext("Wheelchair place")


def let_wait(say: Language) -> str:
    # Translators: a button of the desk.
    return "⏳ " + say.gettext("Put them on the waiting list")


def past_rules(say: Language) -> str:
    # Translators: a button; shows first which rules would be gone past.
    return "❗️ " + say.gettext("Seat them past the rules…")


def print_slip(say: Language) -> str:
    # Translators: a button of the desk: a page for somebody who has no Telegram.
    return "🖨 " + say.gettext("Print the slip")


def link_to_phone(say: Language) -> str:
    # Translators: a button of the desk, for somebody without Telegram who wants the ticket on their phone after all.
    return "📱 " + say.gettext("Onto their phone")


def seat_again(say: Language) -> str:
    # Translators: a button of the desk, for the same person.
    return "➕ " + say.gettext("Another visit for them")


def ask_take_back(say: Language) -> str:
    # Translators: a button of the desk: gives the seat of the person before it back, after a question.
    return "↩️ " + say.gettext("Take it back")


def take_back(say: Language) -> str:
    # Translators: answers "Take this seat back?"
    return "↩️ " + say.gettext("Yes, take it back")


def forget_at_desk(say: Language) -> str:
    # Translators: a button of the desk, on the wish of somebody without Telegram.
    return "🗑 " + say.gettext("Delete their data")
