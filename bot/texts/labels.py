"""What stands on buttons. Kazakh: verbal nouns in -у; Russian: infinitives."""

from bot.language import Language


def visits(say: Language) -> str:
    return "🚌 " + say.gettext("Choose a visit")


def own(say: Language) -> str:
    return "🎫 " + say.gettext("My tickets")


def language(say: Language) -> str:
    return "🌐 " + say.gettext("Language")


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


def give_up_for(say: Language) -> str:
    # Translators: gives the other visit up and takes a seat on this one.
    return "🔁 " + say.gettext("Give up and sign up here")


def release(say: Language) -> str:
    # Translators: the delegate withdraws from a visit and gives the seat back.
    return "✖️ " + say.gettext("Give the seat back")


def yes_release(say: Language) -> str:
    return "✖️ " + say.gettext("Yes, give it back")


def keep(say: Language) -> str:
    return say.gettext("No, keep it")


def stop_typing(say: Language) -> str:
    # Translators: closes a dialogue in which something was being typed; no seat is given back.
    return say.gettext("Close")


def send_to(say: Language, *, people: int) -> str:
    return "📣 " + say.ngettext("Send to {n} person", "Send to {n} people", people).format(n=people)


def as_file(say: Language) -> str:
    return "📄 " + say.gettext("As a file (CSV)")


def pause_line(say: Language, *, paused: bool) -> str:
    # Translators: pauses a waiting list, or lets it go on.
    return "▶️ " + say.gettext("Let it go on") if paused else "⏸ " + say.gettext("Pause the waiting list")


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
