"""Messages on their way: outbox -> Telegram. Claim, pace, send, write down what happened.

Reading order: sender.py (who claims), courier.py (one message's way), then what it asks on the way: wording.py and
letter.py (what is said), pace.py (when), verdict.py (what a failed call means), ledger.py (what is written down).
progress.py keeps an organizer's card up to date. Promise: at least once for what a seat depends on, else at most once.
"""
