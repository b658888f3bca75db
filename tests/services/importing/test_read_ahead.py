"""The next part of a file is read while the last one is written; what goes wrong with it is told in its place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from webapp.services.importing.read_ahead import ReadAhead


def test_items_come_in_order_and_once() -> None:
    assert list(ReadAhead(range(100))) == list(range(100))
    assert list(ReadAhead([])) == []


def test_the_next_item_is_taken_once_it_may_be_and_before_it_is_asked_for() -> None:
    taken = [threading.Event() for _ in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(taken):
            event.set()
            yield number

    with closing(ReadAhead(items())) as ahead:
        assert next(ahead) == 0
        assert not taken[1].is_set()
        ahead.begin()
        ahead.begin()
        assert taken[1].wait(10)
        assert not taken[2].is_set()
        assert list(ahead) == [1, 2]


def test_an_error_is_raised_behind_what_came_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    ahead = ReadAhead(items())
    assert next(ahead) == 1
    with pytest.raises(ZeroDivisionError):
        next(ahead)


def test_closing_ends_the_thread() -> None:
    before = set(threading.enumerate())
    with closing(ReadAhead(iter(range(10)))) as ahead:
        next(ahead)
    assert set(threading.enumerate()) <= before
