"""The first words: picker, privacy notice, greeting, menu, help, language, and what is said when lost."""

from bot.language import Language
from bot.rules.authority import may_organize, may_try
from bot.texts.markup import esc, name, words
from storage.records import Congress, Contacts, Role

PICKER = "🌐 Choose your language\nТілді таңдаңыз\nВыберите язык"
"""In all three languages at once, so it is no sentence of any catalog."""


def picker(congress: Congress) -> str:
    """Ask for the language of somebody whose phone speaks none of ours."""
    names = dict.fromkeys(congress.name[code] for code in ("en", "kk", "ru") if code in congress.name)
    return "\n".join(esc(each) for each in names) + f"\n\n{PICKER}"


def notice(say: Language, congress: Congress) -> str:
    """Say what will be stored, before anything is."""
    hello = say.gettext("Hello! Here you sign up for the library visits of {congress}.")
    consent = say.gettext("Press “{agree}” if you agree. The whole privacy notice: /privacy")
    return "\n\n".join(
        [
            f"👋 {hello.format(congress=words(say, congress.name))}",
            f"🔒 {words(say, congress.privacy.notice)}",
            consent.format(agree=agree_label(say)),
        ]
    )


def changed_notice(say: Language, congress: Congress) -> str:
    """Ask somebody who has agreed to an earlier notice; nothing of theirs is at stake."""
    changed = say.gettext("The privacy notice has changed since you agreed to it.")
    kept = say.gettext("Your seats and places in waiting lists are safe, and reminders come as always.")
    consent = say.gettext("Press “{agree}” to go on. The whole privacy notice: /privacy. To delete everything: /forget")
    return "\n\n".join(
        [
            f"🔒 {changed} {kept}",
            words(say, congress.privacy.notice),
            consent.format(agree=agree_label(say)),
        ]
    )


def changed_notice_answer(say: Language) -> str:
    """Answer a tap that has to wait for the new notice."""
    return say.gettext("The privacy notice has changed. Please read it below.")


def agree_label(say: Language) -> str:
    # Translators: button under the privacy notice; it quotes itself in the notice. Verb, as on a button.
    return say.gettext("Agree and continue")


def greeting(say: Language, congress: Congress, *, person: str) -> str:
    """Welcome someone who has just agreed, or pressed /start again."""
    # Translators: name is a person's; do not add endings to it.
    lines = [say.gettext("Welcome, {name}!").format(name=name(person))]
    lines.append(menu(say, congress))
    return "\n\n".join(lines)


def link_leads_nowhere(say: Language) -> str:
    """Say kindly that a link or QR code names no visit of this programme, or none any more."""
    return "🔗 " + say.gettext("This link leads to no visit of this programme.")


def menu(say: Language, congress: Congress) -> str:
    """Say what can be done here, in three lines."""
    text = say.gettext(
        "The visits are on {day}. Choose a visit, sign up with one tap, and get your bus and your reminders here."
    ).format(day=say.date(congress.visits_on))
    return text if congress.sample_note is None else f"{text}\n\n<i>{words(say, congress.sample_note)}</i>"


def help_text(say: Language, congress: Congress, *, roles: frozenset[Role]) -> str:
    """Say in short what the bot can do, and who can help where it cannot."""
    lines = [
        "<b>" + say.gettext("What this bot can do") + "</b>",
        say.gettext("/visits – choose a visit and sign up, alone or with companions"),
        say.gettext("Or just write: a library’s name, your free hours (10–13:30), “where is my bus?”"),
        say.gettext("/my – your tickets and waiting lists; move a seat, give it to a colleague or back"),
        say.gettext(
            "On your ticket: the QR pass, the map; under “More” a calendar file, a page to print, help for the way"
        ),
        say.gettext("/access – wheelchair places on your buses"),
        say.gettext("/language – English, Қазақша, Русский"),
        say.gettext("/privacy – how your data is treated"),
        say.gettext("/mydata – everything that is stored about you"),
        say.gettext("/forget – delete it all"),
        say.gettext("/cancel – stop what you have begun to type"),
        say.gettext("/stop – no messages but those your seats depend on; /start – all again"),
        "",
        say.gettext("Reminders come by themselves: the evening before, and before your bus leaves."),
    ]
    if roles:
        lines += ["", crew_help(say, roles)]
    return "\n".join([*lines, "", desk(say, congress.contacts)])


def crew_help(say: Language, roles: frozenset[Role]) -> str:
    """List with an example each the commands that these roles bring; each line begins with its command."""
    title = say.gettext("For organizers") if may_organize(roles) else say.gettext("For the crew")
    lines = [line for line in _organizer_help(say) if may_try(roles, line.split()[0].removeprefix("/"))]
    return "\n".join([f"<b>{title}</b>", *lines])


def _organizer_help(say: Language) -> list[str]:
    return [
        say.gettext("/stats – seats taken, free and held back"),
        say.gettext("/board – the morning’s buses, what is wrong first; the card keeps itself up to date"),
        say.gettext("/today – your day in order: when, where, with whom"),
        say.gettext("/roster nab-am – who travels, waits, needs access; PDF, Excel, CSV; a bus, a city: /roster B01"),
        say.gettext("/queue nab-am – who waits; pause the list"),
        say.gettext("/find Müller – riders by any spelling of the name, by registration number or a booking’s code"),
        say.gettext("/why K7PW2 – what happened to a booking, a person, a bus or a visit, by whom and why"),
        say.gettext("/log B01 2h – who of the crew did what; all of it as a file: /log csv"),
        say.gettext(
            "/delay nab-am 15 – the visit leaves 15 minutes later, its passengers are told; one bus: /delay B01 09:40"
        ),
        say.gettext("/desk nab-am Aigerim Serikova – signs up who has no Telegram; prints slips: /desk K7PW2"),
        say.gettext("/force K7PW2 nab-am REASON – a seat past the waiting list or another rule; shows it first"),
        say.gettext("/move K7PW2 B02 – a sign-up goes to another bus or visit; shows it first, tells the person"),
        say.gettext("/merge B02 B01 – everybody of B02 rides on B01; shows first what would happen"),
        say.gettext("/seats B01 40 – the bus has 40 seats; with fewer than are taken, passengers are asked first"),
        say.gettext("/swapbus B01 seats=29 bay=4 – another coach; its passengers are told"),
        say.gettext("/close nab-am – nobody new signs up; /open nab-am – again"),
        say.gettext("/holdback nab-am 5 – 5 seats are kept from delegates; what comes free is offered"),
        say.gettext("/texts nab-am – what it says of a visit, in each language; write it anew, take it back"),
        say.gettext("/export – the programme as a file, as it stands; change it and send it back: /import"),
        say.gettext("/cancelvisit nab-am – shows first what would happen, finds other seats for everybody"),
        say.gettext(
            "/invite leader B01 – a link for a bus leader, host, desk, city or organizer; /crew – who has which role"
        ),
        say.gettext("/undelivered – who cannot be reached, and which messages did not arrive"),
        say.gettext("/feedback – how the visits were, without names; one of them: /feedback nab-am"),
        say.gettext("/announce nab-am TEXT – write to a visit’s passengers, or to all: /announce all TEXT"),
        say.gettext("/phrases – what can be said in all languages at once: /announce B01 #late B01 15"),
    ]


def desk(say: Language, contacts: Contacts) -> str:
    """Say where people help: the desk with its phone and hours."""
    return say.gettext("Need a person? {desk}, {place}, {hours}. Phone: {phone}").format(
        desk=words(say, contacts.desk),
        place=words(say, contacts.place),
        hours=words(say, contacts.hours),
        phone=esc(contacts.phone),
    )


def privacy(say: Language, congress: Congress) -> str:
    """Return the whole privacy notice, the programme's own words."""
    title = say.gettext("Privacy")
    return f"🔒 <b>{title}</b>\n\n{words(say, congress.privacy.policy).strip()}"


def choose_language(say: Language) -> str:
    """Ask which language everything shall be in."""
    return say.gettext("In which language shall I write to you? Reminders will use it too.")


def language_set_answer(say: Language) -> str:
    """Confirm the new language in itself."""
    # Translators: said in your language right after somebody chose it.
    return say.gettext("From now on I write in English.")


def nothing_to_cancel(say: Language) -> str:
    """Answer /cancel when nothing was begun; it does not give seats back, so say how."""
    return say.gettext("Nothing was being typed. To give a seat back, open /my.")


def stopped(say: Language) -> str:
    """Confirm /cancel."""
    return say.gettext("Stopped. Nothing was saved.")


def unknown(say: Language) -> str:
    """Answer a text or command the bot does not know; strangers get it for organizers' commands too."""
    return say.gettext(
        "I did not understand that. Write a library’s name, your free hours, or “where is my bus”; or press a button."
    )


def old_button_answer(say: Language) -> str:
    """Answer a button of an old card kindly."""
    return say.gettext("This button is from before. Here is the newest.")


def something_failed(say: Language, contacts: Contacts) -> str:
    """One calm sentence when something broke; it is logged and tried again."""
    return say.gettext(
        "Something went wrong on our side. Please try again in a minute; your seats are safe. Desk: {phone}"
    ).format(phone=esc(contacts.phone))


def too_many_answer(say: Language) -> str:
    """Ask somebody who sends faster than anybody reads to slow down."""
    return say.gettext("That was a lot at once. Please wait a moment and try again.")


def group_text(say: Language) -> str:
    """Say in a group that the bot talks in private only."""
    return say.gettext("I help in a private chat only. Open it with the button below.")
