"""Everything that acts: the map of the house.

`bot` asks, `storage` remembers, `locales` words it; the arrow never turns back (tests/test_house.py holds it).

    rules/       what is allowed: pure functions from facts to a refusal        -> a new refusal reason begins here
    services/    what gets done: one public function, one transaction
    handlers/    Telegram in, Telegram out; each file ends with HANDLERS        -> a new command
    texts/       every sentence, (Language, records) -> str                     -> a new language: language.py
    buttons/     callback data, made and parsed;  keyboards/  records -> buttons;  screen.py  show()
    intake/      updates:  Telegram -> inbox -> handlers, in order for each person
    delivery/    messages: outbox -> Telegram, at its pace, at least once for what a seat depends on
    web.py       HTTP that others speak to us; vitals.py  /health and /metrics; metrics.py, tally.py  what is counted
    ticker.py    when something ticks;  jobs.py  what does: reminders that are due, how far announcements are
    documents/   what leaves as a file or a picture;  profile.py  names and commands, per language and role
    app.py       where the parts meet;  starting.py  what keeps it from starting;  running.py  one process from start to
                 exit code;  __main__.py  the commands
    keeping.py   backup, restore and audit of a database, beside the bot;  printing.py  posters
    simulator/   a stand-in for Telegram's servers with phones in the browser; imports nothing of ours

Reading order: follow one tap through the tour in bot/README.md, then rules/booking.py, services/booking.py,
handlers/booking.py. A reminder rule is data of the event file (storage/programmes/); bot/README.md has the recipes.
"""

import os

# python-telegram-bot is on its way from ints to timedeltas; without this each "slow down" is a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")
