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


def open_private_chat(say: Language) -> str:
    return say.gettext("Open the chat")
