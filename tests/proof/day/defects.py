"""Defects that a simulated day must find: what nobody would notice if the second opinion slept."""

import pytest

from bot.delivery.wording import Wording
from bot.services import organizers, reminders
from tests.services.defects import Plant, forget_the_cause, forget_to_give_seats_back, tell_nobody


def send_everything_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Wording, "is_critical", staticmethod(lambda kind: True))


def remind_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "moments_due", lambda visits, rules, now, zone: [])


def leave_tickets_as_they_are(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(organizers, "renew_visit", lambda tx, visit, now: None)


DEFECTS: tuple[Plant, ...] = (
    forget_the_cause,
    forget_to_give_seats_back,
    tell_nobody,
    send_everything_again,
    remind_nobody,
    leave_tickets_as_they_are,
)
