"""The phrasebook: what organizers say often, in each reader's language; a gap stands apart, so no case ends on it."""

from collections.abc import Callable, Mapping, Sequence

from bot.language import Language
from bot.rules.phrasing import PHRASES, BadGap, Gap, Saying, TooMuch, UnknownPhrase, example_of
from bot.texts.markup import cut, esc

Said = Callable[[Language], str]
_LONGEST_TYPED = 40

GROUPS: Sequence[tuple[Said, Mapping[str, Said]]] = (
    (
        lambda say: say.gettext("Buses"),
        {
            "here": lambda say: say.gettext("Bus {bus} is here, bay {bay}. Please come aboard."),
            "bay": lambda say: say.gettext("Bus {bus} leaves from another bay: {bay}."),
            "leaves": lambda say: say.gettext("Departure of bus {bus}: {time}."),
            "late": lambda say: say.gettext(
                "Bus {bus} is late: about {minutes} min. Please wait at the meeting point."
            ),
            "waits": lambda say: say.gettext("Bus {bus} waits for you: {minutes} min more."),
            "lastcall": lambda say: say.gettext("Last call: bus {bus} leaves in {minutes} min."),
            "gone": lambda say: say.gettext(
                "Bus {bus} has left. If you are not on it, please come to the visits desk."
            ),
            "coach": lambda say: say.gettext(
                "Another coach comes as bus {bus}. Look for the sign behind the windscreen."
            ),
            "traffic": lambda say: say.gettext("The traffic is heavy. We arrive later: about {minutes} min."),
            "belt": lambda say: say.gettext("Please fasten your seat belt."),
            "cool": lambda say: say.gettext("The bus is air-conditioned: keep something warm at hand."),
        },
    ),
    (
        lambda say: say.gettext("Meeting"),
        {
            "comedown": lambda say: say.gettext("Please come down to the buses now."),
            "come": lambda say: say.gettext("We meet at {time}. Place: {place}."),
            "meet": lambda say: say.gettext("New meeting point: {place}."),
            "entrance": lambda say: say.gettext("Please use another entrance: {place}."),
            "desk": lambda say: say.gettext("You find the visits desk here: {place}."),
            "leader": lambda say: say.gettext("Your bus leader has the list of passengers: please say your name."),
            "sign": lambda say: say.gettext("Look for the sign with your bus number."),
            "group": lambda say: say.gettext("Please stay with your group."),
            "badge": lambda say: say.gettext("Please wear your congress badge."),
        },
    ),
    (
        lambda say: say.gettext("What to bring"),
        {
            "id": lambda say: say.gettext("Bring your passport or ID card: without it you will not be let in."),
            "hat": lambda say: say.gettext("It is hot today: take a hat and water."),
            "umbrella": lambda say: say.gettext("It may rain today: take an umbrella."),
            "warm": lambda say: say.gettext("It is cold and windy today: dress warmly."),
            "shoes": lambda say: say.gettext("Wear comfortable shoes: we walk a lot."),
            "cash": lambda say: say.gettext("Take some cash in tenge: cards are not accepted everywhere."),
            "bags": lambda say: say.gettext("Please leave large bags at your hotel: there is no room for them."),
        },
    ),
    (
        lambda say: say.gettext("In the library"),
        {
            "nophotos": lambda say: say.gettext("Please take no photos inside."),
            "photos": lambda say: say.gettext("You may take photos, without flash."),
            "quiet": lambda say: say.gettext("Readers are at work: please speak softly and silence your phone."),
            "toilets": lambda say: say.gettext("Toilets: {place}."),
        },
    ),
    (
        lambda say: say.gettext("Food"),
        {
            "lunch": lambda say: say.gettext("Lunch is included."),
            "nolunch": lambda say: say.gettext("Lunch is not included: please take something to eat along."),
            "lunchat": lambda say: say.gettext("Lunch begins at {time}. Place: {place}."),
            "water": lambda say: say.gettext("There is drinking water on the bus."),
        },
    ),
    (
        lambda say: say.gettext("Times"),
        {
            "begins": lambda say: say.gettext("The visit begins at another time: {time}."),
            "ends": lambda say: say.gettext("The visit ends at about {time}."),
            "back": lambda say: say.gettext(
                "The bus back leaves at {time}. Place: {place}. Please be there 10 min before."
            ),
            "return": lambda say: say.gettext("After the visit all buses go back to the congress centre."),
        },
    ),
    (
        lambda say: say.gettext("Help"),
        {
            "lost": lambda say: say.gettext("Have you lost something? Ask here: {place}."),
            "call": lambda say: say.gettext("Do you need help? Call the visits desk: {phone}."),
            "urgent": lambda say: say.gettext("In an emergency call {phone} and tell your bus leader."),
            "sorry": lambda say: say.gettext("We are sorry that you have to wait. Thank you for your patience."),
            "fine": lambda say: say.gettext("All is well again: everything goes on as planned."),
            "thanks": lambda say: say.gettext("Thank you for travelling with us today!"),
        },
    ),
)
"""By what they are about, in the order in which they are listed."""
_SAID: Mapping[str, Said] = {key: said for _, group in GROUPS for key, said in group.items()}


def phrase(say: Language, saying: Saying) -> str:
    """Return one phrase in this language, with its gaps filled; plain text."""
    return _SAID[saying.key](say).format(**saying.named())


def phrased(say: Language, sayings: Sequence[Saying]) -> str:
    """Return these phrases in this language, each on a line of its own; plain text."""
    return "\n".join(phrase(say, saying) for saying in sayings)


def group_title(say: Language, group: int) -> str:
    """Return what the phrases of a group are about."""
    return GROUPS[group % len(GROUPS)][0](say)


def phrasebook(say: Language, group: int) -> str:
    """List a group's phrases, each with what is typed for it."""
    lines = ["💬 <b>" + say.gettext("Phrasebook") + f"</b> · {group_title(say, group)}"]
    for key, said in GROUPS[group % len(GROUPS)][1].items():
        gaps = {gap.value: f"‹{gap_name(say, gap)}›" for gap in PHRASES[key]}
        lines += ["", f"<code>{example_of(key)}</code>", esc(said(say).format(**gaps))]
    return "\n".join(
        [
            *lines,
            "",
            say.gettext(
                "To send it, write the audience before it; several phrases may follow each other: {example}"
            ).format(example="<code>/announce nab-am #late B01 15 #id</code>"),
            say.gettext("Each reader gets it in their own language."),
        ]
    )


def gap_name(say: Language, gap: Gap) -> str:
    """Return what fills a gap."""
    match gap:
        case Gap.BUS:
            return say.gettext("bus")
        case Gap.BAY:
            return say.gettext("bay")
        case Gap.MINUTES:
            return say.gettext("minutes")
        case Gap.TIME:
            return say.gettext("time")
        case Gap.PHONE:
            return say.gettext("phone number")
        case Gap.PLACE:
            return say.gettext("place")


def bad_phrase(say: Language, why: UnknownPhrase | BadGap | TooMuch) -> str:
    """Say what is wrong with what was typed, and how it is typed right."""
    match why:
        case UnknownPhrase(key, near):
            text = say.gettext("There is no phrase {phrase}.").format(
                phrase=f"<code>#{esc(cut(key, _LONGEST_TYPED))}</code>"
            )
            examples = [f"<code>{example_of(each)}</code>" for each in near]
            all_of_them = say.gettext("All phrases: /phrases")
            return "\n".join(["🚫 " + text, *examples, all_of_them])
        case BadGap(key, gap, typed):
            text = (
                say.gettext("{phrase}: “{typed}” does not fit here. Wanted: {what}.").format(
                    phrase=f"<code>#{key}</code>", typed=esc(cut(typed, _LONGEST_TYPED)), what=gap_name(say, gap)
                )
                if typed
                else say.gettext("{phrase}: something is missing. Wanted: {what}.").format(
                    phrase=f"<code>#{key}</code>", what=gap_name(say, gap)
                )
            )
            return f"🚫 {text}\n<code>{example_of(key)}</code>"
        case TooMuch(key, typed) if typed:
            text = say.gettext("{phrase}: “{typed}” is too much. The phrase says all by itself.").format(
                phrase=f"<code>#{key}</code>", typed=esc(cut(typed, _LONGEST_TYPED))
            )
            return f"🚫 {text}\n<code>{example_of(key)}</code>"
        case TooMuch():
            return "🚫 " + say.gettext("These are too many phrases for one message.")
