"""Desks at which the stories are told: an SQLite file, a PostgreSQL server."""

from collections.abc import Iterator

import pytest

from tests.services.story import FileDesk, ServerDesk


@pytest.fixture
def file_desk(sqlite_url: str) -> Iterator[FileDesk]:
    desk = FileDesk(sqlite_url)
    yield desk
    desk.close()


@pytest.fixture
def server_desk(postgresql_url: str) -> Iterator[ServerDesk]:
    desk = ServerDesk(postgresql_url)
    yield desk
    desk.close()
