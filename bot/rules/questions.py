"""Plain questions: which of a few things somebody asks for, in three languages, misspelt or not.

A question is a handful of words of certain kinds in any order; words are compared by their keys (spelling.py), so that
"avtobus" is "автобус". What names a library is no question. Nothing is ever booked by free text.
"""

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from bot.rules.spelling import key, keys

_MOST_WORDS = 14
_MOST_CHARACTERS = 140


class Question(StrEnum):
    """What is asked."""

    TOILET = "toilet"
    CANCEL = "cancel"
    BRING = "bring"
    BACK = "back"
    WHEN = "when"
    WHERE = "where"
    TICKETS = "tickets"
    HELP = "help"


_WHEN = "when time hour schedule когда сколько скока время расписание қашан нешеде нешеге уақыты"
_WHERE = (
    "where wher which find bay откуда куда где какой каком какая какое найти номер қайда қайдан қай нешінші нөмірі "
    "табамын"
)
_HOW = "how can want must need possible как можно хочу надо нужно могу қалай бола керек қалаймын келмей"
_BUS = "bus coach shuttle автобус автобуса автобусым автобусты"
_LEAVE = (
    "leave leaving depart start going pickup pick board boarding отправл отходит уходит уезжает уезжаем выезжает "
    "выезжаем поедем едем посадка отъезд выезд стартуем жүреді жүреміз жөнелу шығады шығамыз жөнеледі кетеді "
    "кетеміз аттанамыз отырғызу отырамын"
)
_MEETING = (
    "meet meeting point pickup boarding сбор сбора встреча встречаемся собираемся посадка садиться стоянка кездесу "
    "кездесеміз жиналамыз жиналатын отырғызу отырамын тұрағы"
)
_BACK = (
    "back return returning вернемся вернется возвращаемся возвращение возвращается обратно назад приедем закончится "
    "қайтамыз ораламыз қайту келеміз аяқталады"
)
_WHAT = "what should need needed must что нужен нужна нужно надо ли не керек қандай"
_BRING = "bring take pack wear carry взять брать иметь принести одеть надеть алу алуым алып аламын алайын киемін"
_PAPERS = "passport document id паспорт документы документ удостоверение паспортты құжат төлқұжат куәлік"
_CANCEL = (
    "cancel cancelling cancellation withdraw unbook unregister отменить отмена отказаться отписаться отменит "
    "болдырмау болдырмай"
)
_GIVE = "give return release вернуть отдать освободить қайтару қайтарып босату босатып тапсыру"
_SEAT = "seat place booking ticket место мест запись билет орын орынды орнымды жазылуды билетті"
_TOILET = (
    "wc toilet toilets restroom bathroom loo lavatory washroom туалет туалета уборная санузел сортир дәретхана "
    "әжетхана дәретханаға"
)
_MY = "my mine show have какие мой мои моя мое мою покажи показать есть менің менде көрсет көрсетіңіз"
_TICKETS = (
    "ticket tickets booking bookings visits reservations билет билеты визиты записи запись билетім билеттерім "
    "сапарларым билеттер"
)
_TICKET = "tickets bookings билет билеты билетім билеттерім сапарларым"
_HELP = "help sos support помощь помогите помоги поддержка оператор көмек көмектесіңіз көмектес"
_PERSON = (
    "person human operator organizer desk someone человек человеком организатор оператор стойка адам ұйымдастырушы"
)
_TALK = (
    "talk speak call contact ask write reach need where поговорить связаться позвонить спросить нужен где сөйлесу "
    "хабарласу сұрау қайда керек"
)
_TAKES_NO = "бас тарту тартқым тартамын тартуға тартсам"
_BARE = (
    "a an the my our please pls is are at in on for to of from i me we you it this that do does will can next мой "
    "моя моего моем наш наша пожалуйста а в на у и ли это мне я мы нам меня подскажите скажите менің біздің маған "
    "мен біз ма ме өтінемін"
)


def _stems(words: str) -> frozenset[str]:
    return frozenset(key(word) for word in words.split())


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Words of each kind stand in the text; `alone` where nothing but small words may stand beside them."""

    question: Question
    kinds: tuple[frozenset[str], ...]
    alone: bool


def _pattern(question: Question, *kinds: str, alone: bool = False) -> _Pattern:
    return _Pattern(question, tuple(_stems(words) for words in kinds), alone)


_PATTERNS = (
    _pattern(Question.TOILET, _TOILET, alone=True),
    _pattern(Question.TOILET, _TOILET, f"{_WHERE} {_HOW} need there нужен бар керек"),
    _pattern(Question.CANCEL, _CANCEL, alone=True),
    _pattern(
        Question.CANCEL, _CANCEL, f"{_HOW} {_SEAT} {_TICKETS} {_MY} visit trip визит поездку сапарды сапар жазылу"
    ),
    _pattern(Question.CANCEL, _GIVE, _SEAT),
    _pattern(Question.CANCEL, "бас", _TAKES_NO),
    _pattern(Question.CANCEL, "cannot cant wont", "come go make attend"),
    _pattern(Question.CANCEL, "не", "прийти приду поехать поеду пойду"),
    _pattern(Question.CANCEL, "бара келе", "алмаймын"),
    _pattern(Question.BRING, _WHAT, _BRING),
    _pattern(Question.BRING, f"{_WHAT} {_BRING} {_HOW}", _PAPERS),
    _pattern(Question.BRING, _PAPERS, alone=True),
    _pattern(Question.BACK, _WHEN, _BACK),
    _pattern(Question.WHEN, _WHEN, _LEAVE),
    _pattern(Question.WHEN, _WHEN, _BUS),
    _pattern(Question.WHERE, _WHERE, _BUS),
    _pattern(Question.WHERE, _WHERE, _MEETING),
    _pattern(Question.WHERE, "meeting кездесу место", "point орны сбора"),
    _pattern(Question.WHERE, _WHERE, "bay стоянка тұрақ"),
    _pattern(Question.WHERE, _BUS, alone=True),
    _pattern(Question.TICKETS, f"{_MY} where где қайда", _TICKETS),
    _pattern(Question.TICKETS, _TICKET, alone=True),
    _pattern(Question.HELP, _HELP, alone=True),
    _pattern(Question.HELP, _HELP, _BARE + " " + _HOW),
    _pattern(Question.HELP, _PERSON, _TALK),
)
"""In this order: who asks for the toilet says "where" too, who cancels a ticket says "my ticket" too."""
_SMALL = _stems(_BARE)


def read_question(typed: str) -> Question | None:
    """Return what is asked, or None for what is no question of these: a name, a greeting, nonsense."""
    if len(typed) > _MOST_CHARACTERS:
        return None
    words = keys(typed.replace("'", ""))
    if len(words) > _MOST_WORDS:
        return None
    return next((pattern.question for pattern in _PATTERNS if _holds(pattern, words)), None)


def _holds(pattern: _Pattern, words: tuple[str, ...]) -> bool:
    named = [{word for word in words if any(_is(word, stem) for stem in stems)} for stems in pattern.kinds]
    found = set[str]().union(*named)
    return all(named) and len(found) >= len(named) and (not pattern.alone or set(words) - _SMALL <= found)


def _is(word: str, stem: str) -> bool:
    """Say whether the word is this one, with another ending or one letter wrong; short words are not guessed at."""
    if len(stem) < 4:
        return word == stem
    if len(stem) < 5:
        has_an_ending = word.startswith(stem) and len(word) <= len(stem) + 4
        return has_an_ending or (sorted(word) == sorted(stem) and OSA.distance(word, stem) == 1)  # two letters swapped
    wrong = 2 if len(stem) >= 9 else 1
    return word[0] == stem[0] and any(
        OSA.distance(word[:length], stem, score_cutoff=wrong) <= wrong
        for length in {len(word), min(len(word), len(stem)), min(len(word), len(stem) + 1)}
    )
