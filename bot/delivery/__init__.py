"""Messages on their way: outbox -> Telegram. Claim, take a turn, send, write it down. Any number of processes.

Reading order: sender.py (who claims), courier.py (one message's way), then what it asks on the way: wording.py and
letter.py (what is said), ledger.py (what is written down, and whose turn it is), verdict.py (what a failed call means).
pace.py is Telegram's pace, one for all processes; gate.py is where every call passes, answers to taps too. progress.py
keeps an organizer's card up to date. Promise: at least once for what a seat depends on (and at most twice, unless a
process dies in mid-send), else at most once.
"""
