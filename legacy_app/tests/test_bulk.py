"""Rows that are written by COPY are the same as if they had been saved, and obey the same rules."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts_app.models import User
from legacy_app import bulk
from legacy_app.models import SetAside

ODD = "a\tb\\N\r\n\"{ü}', \\. 张伟"


def test_odd_texts_arrive_as_they_were(db: None) -> None:
    row = SetAside(source_table="sessions", source_id="1", reason="log", row={"said": [ODD, None, 1.5, {ODD: True}]})
    person = User(pk=uuid4(), full_name=ODD, phone="+14155550101", password=ODD)
    bulk.write([row])
    bulk.write([person])
    assert SetAside.objects.get().row == row.row
    kept = User.objects.get(pk=person.pk)
    assert (kept.full_name, kept.password, kept.phone, kept.date_joined) == (ODD, ODD, person.phone, person.date_joined)


def test_a_rule_that_is_broken_is_an_error_like_any_other(db: None) -> None:
    person = User(pk=uuid4())
    bulk.write([person])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.write([User(pk=person.pk)])


def test_rows_are_found_by_many_ids(db: None) -> None:
    people = [User(pk=uuid4()) for _each in range(3)]
    bulk.write(people)
    assert set(User.objects.filter(pk__among=[each.pk for each in people[:2]])) == set(people[:2])
    assert not User.objects.filter(pk__among=[]).exists()
