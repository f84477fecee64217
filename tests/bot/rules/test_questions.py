"""Plain questions in three languages, misspelt and without the proper letters; and what is none of them."""

import pytest

from bot.rules.questions import Question, read_question

ASKED: dict[Question, dict[str, str]] = {
    Question.WHEN: {
        "en": """
            when does my bus leave
            When does the bus leave?
            what time does my bus depart
            what time is my bus
            when do we leave
            wen does my bus leave
            bus time
            at what time is boarding
            when is the departure
            when does the coach start
            departure time
            when dose my buss leave
            when is pickup
        """,
        "ru": """
            когда отправляется мой автобус
            во сколько автобус
            когда выезжаем
            во сколько мы уезжаем
            когда уходит автобус
            время отправления
            когда посадка
            во скока отходит автобус
            когда афтобус
            kogda avtobus
            когда мы едем
            время отъезда
        """,
        "kk": """
            автобусым қашан жүреді
            автобус нешеде шығады
            қашан жөнелеміз
            сағат нешеде жүреміз
            автобус қашан кетеді
            кашан журемиз
            автобус кашан шыгады
            автобустың уақыты
            жөнелу уақыты
            отырғызу нешеде
            автобус сағат нешеде
            қашан аттанамыз
        """,
    },
    Question.WHERE: {
        "en": """
            where is my bus
            where's my bus?
            which bus is mine
            where do I find my bus
            which bay
            wher is my bus
            bus
            my bus
            where is the meeting point
            meeting point
            where do we meet
            which bus do I take
            where is the buss
        """,
        "ru": """
            где мой автобус
            где автобус?
            какой у меня автобус
            откуда отправляется автобус
            где место сбора
            место сбора
            где мы собираемся
            номер автобуса
            где стоит мой афтобус
            gde moi avtobus
            автобус
            где посадка
            на каком я автобусе
        """,
        "kk": """
            менің автобусым қайда
            автобусым қайда
            автобус қайда тұр
            қай автобус
            автобус қайдан жүреді
            кездесу орны қайда
            кездесу орны
            қайда жиналамыз
            автобусым кайда
            менин автобусым кайда
            автобусымды қайдан табамын
            автобус нөмірі
        """,
    },
    Question.BRING: {
        "en": """
            what should I bring
            what do I need to bring
            what to bring
            what to take with me
            do I need my passport
            do i need id
            passport
            what should i wear
            what shoud I bring
            should I bring my passport
            what do I take
            passport needed?
        """,
        "ru": """
            что взять с собой
            что нужно взять
            что брать
            нужен ли паспорт
            паспорт нужен?
            паспорт
            что мне надо взять
            какие документы нужны
            что надеть
            что взят с собой
            документы
            надо ли брать паспорт
            можно без пастпорта
        """,
        "kk": """
            не алып келу керек
            өзіммен не алуым керек
            не аламын
            паспорт керек пе
            құжат керек пе
            төлқұжат керек пе
            төлқұжат
            не алып барамын
            қандай құжат керек
            не киемін
            жеке куәлік керек пе
            не алып келуим керек
            өзіммен бірге не алайын
        """,
    },
    Question.BACK: {
        "en": """
            when are we back
            when do we return
            what time are we back
            what time does the bus come back
            when do we get back
            return time
            when will I be back
            wen are we back
            when is the return
            what time do we come back
        """,
        "ru": """
            когда мы вернемся
            во сколько вернёмся
            когда обратно
            во сколько возвращаемся
            время возвращения
            когда автобус вернется
            когда приедем назад
            когда мы вернёмся обратно
            во сколько приедем обратно
            когда закончится визит
        """,
        "kk": """
            қашан қайтамыз
            қашан ораламыз
            нешеде қайтамыз
            сағат нешеде ораламыз
            қайту уақыты
            автобус қашан қайтады
            кашан кайтамыз
            қашан қайтып келеміз
            сапар қашан аяқталады
            нешеде қайтып келеміз
        """,
    },
    Question.CANCEL: {
        "en": """
            how do I cancel
            how can I cancel my booking
            cancel
            cancel my visit
            I want to cancel
            i want to give my seat back
            I can't come
            cancel my ticket
            how to cancel a visit
            cancell my seat
            i cannot go
            withdraw from the visit
        """,
        "ru": """
            как отменить
            как отменить запись
            отмена
            отменить визит
            хочу отказаться
            хочу отменить запись
            как вернуть место
            не смогу прийти
            отменить
            отменит билет
            я не поеду
            как мне отказаться от места
        """,
        "kk": """
            қалай бас тартамын
            бас тарту
            бас тартқым келеді
            сапардан бас тарту
            орынды қайтару
            орынды қалай қайтарамын
            жазылуды болдырмау
            бара алмаймын
            келе алмаймын
            орнымды босату
            билетті қайтару
            қалай бас тартуға болады
        """,
    },
    Question.TOILET: {
        "en": """
            WC
            toilet
            where is the toilet
            where is the WC?
            restroom
            where are the restrooms
            bathroom
            is there a toilet
            i need a toilet
            where can I find a loo
            tolet
            toilets please
        """,
        "ru": """
            туалет
            где туалет
            где тут туалет?
            где находится туалет
            уборная
            где уборная
            туалет где
            подскажите где туалет
            как найти туалет
            туолет
            gde tualet
            нужен туалет
        """,
        "kk": """
            дәретхана
            дәретхана қайда
            дәретхана қай жерде
            әжетхана қайда
            туалет қайда
            даретхана кайда
            дәретхананы қайдан табамын
            әжетхана
            дәретхана бар ма
            маған дәретхана керек
        """,
    },
    Question.TICKETS: {
        "en": """
            my tickets
            my ticket
            show my ticket
            show my tickets
            my bookings
            what visits do I have
            tickets
            my visits
            my booking
            show me my bookings
            my tickts
        """,
        "ru": """
            мои билеты
            мой билет
            билеты
            билет
            покажи мой билет
            мои визиты
            мои записи
            где мой билет
            покажи билеты
            мои билети
            какие у меня визиты
        """,
        "kk": """
            менің билеттерім
            билетім
            билеттерім
            менің билетім
            менің сапарларым
            сапарларым
            билетімді көрсет
            билет
            менин билетим
            билетім қайда
        """,
    },
    Question.HELP: {
        "en": """
            help
            Help!
            help me
            help me please
            SOS
            I need help
            can you help me
            hepl
            i want to talk to a person
            where is the desk
            contact a human
            helpdesk
            ask the orgonizar
            support
        """,
        "ru": """
            помощь
            помогите
            помогите пожалуйста
            мне нужна помощь
            нужна помощь
            помоги мне
            помощ
            хочу поговорить с человеком
            где стойка
            связаться с организатором
            поддержка
            где найти организатора
        """,
        "kk": """
            көмек
            көмектесіңіз
            көмек керек
            маған көмек керек
            көмектесіңізші
            комек
            комек керек
            көмектесіңіз өтінемін
            адаммен сөйлесу
            ұйымдастырушы қайда
            көмектесші
            маған көмектесіңіз
        """,
    },
}
NO_QUESTION = [
    "hello",
    "what?",
    "Nazarbayev University",
    "National Academic Library",
    "Book Museum",
    "Presidential Centre",
    "Назарбаев Университеті",
    "Ұлттық академиялық кітапхана",
    "Национальная академическая библиотека",
    "Children's Library No. 6",
    "Публичная библиотека 6",
    "№6 балалар кітапханасы",
    "Astana IT University",
    "Otyrar",
    "Seifullin",
    "школьная библиотека",
    "мектеп кітапханасы",
    "Karaganda",
    "Алматы",
    "thanks",
    "спасибо",
    "рақмет",
    "where is Nazarbayev University",
    "book a seat at NAB",
    "'; DROP TABLE bookings;--",
    "<b>bus</b> tour",
    "🙂",
    "?",
    "x" * 4096,
    "bus " * 200,
    "a guide in Spanish",
    "10-13:30",
    "/my",
    "who are you",
    "Sign me up for nab-am",
    "Abai",
    "Привет",
    "Сәлеметсіз бе",
    "гоголь",
    "back",
    "walking visit",
    "Библиотека имени Гоголя",
    "the weather",
    "free wifi password",
    # a word of a question, and more than a question
    "a museum of toilets",
    "is the lunch cancelled",
    "passport control",
    "self-help books",
    "Hudson Bay",
    # words that only look like one
    "ideas",
    "when are you busy",
    "helplessly",
    "wickets",
    "ask the oporatar",
    "ask the orgonizal",
]


def phrasings(question: Question, code: str) -> list[str]:
    return [line.strip() for line in ASKED[question][code].splitlines() if line.strip()]


@pytest.mark.parametrize("code", ["en", "kk", "ru"])
@pytest.mark.parametrize("question", Question)
def test_a_question_is_understood_in_ten_phrasings_and_more(question: Question, code: str) -> None:
    typed = phrasings(question, code)
    assert len(set(typed)) >= 10
    assert {each: read_question(each) for each in typed} == dict.fromkeys(typed, question)
    assert {read_question(f"  {each.upper()}!! ") for each in typed} == {question}


@pytest.mark.parametrize("typed", NO_QUESTION)
def test_what_is_no_question_is_not_taken_for_one(typed: str) -> None:
    assert read_question(typed) is None


def test_a_question_that_stands_in_a_long_text_is_not_guessed_at() -> None:
    assert read_question("where is my bus") is Question.WHERE
    assert read_question("where is my bus" + " and so on" * 20) is None
    assert read_question("where is my bus" + " now" * 10) is Question.WHERE  # fourteen words
    assert read_question("where is my bus" + " now" * 11) is None
    assert read_question("where is my bus" + "!" * 125) is Question.WHERE  # 140 characters
    assert read_question("where is my bus" + "!" * 126) is None
