"""Carla and Max draw on a photo of her engine."""

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts_app.models import User
from files_app import drawing, strokes
from files_app.models import Annotation, SessionFile
from files_app.tests.photos import photo_in, picture
from lifecycle import queue, room
from live import push
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Session
from sessions_app.tests.browsing import JSON, browser, looked
from tests import cast

ARROW = [[0.2, 0.2], [0.6, 0.5]]
SPOT = [[0.5, 0.5]]


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return cast.live(carla, max)


@pytest.fixture
def photo(session: Session, carla: User) -> SessionFile:
    return photo_in(session, carla)


def draws(by: User, photo: SessionFile, shape: str = "arrow", points: object = None, client_id: object = None) -> Annotation:
    default = SPOT if shape == "number" else ARROW
    return drawing.draw(photo.pk, by=by, client_id=client_id or uuid4(), shape=shape, points=default if points is None else points)


def at(name: str, photo: SessionFile) -> str:
    return reverse(name, args=[photo.session_id, photo.pk])


def sends(client: Client, photo: SessionFile, **changes: object) -> HttpResponse:
    """A stroke as the script of the page sends it."""
    told = {"client_id": str(uuid4()), "shape": "arrow", "points": json.dumps(ARROW), **changes}
    return client.post(at("file-drawing", photo), told, headers=JSON)


def test_both_draw_and_both_see_all_of_it_in_order(photo, carla, max):
    first = sends(browser(max), photo)
    second = sends(browser(carla), photo, shape="number", points=json.dumps(SPOT))
    assert (first.status_code, second.status_code) == (201, 201)
    for person in (carla, max):
        seen = browser(person).get(at("file-drawing", photo)).json()
        assert seen["may_draw"] is True
        assert [(each["name"], each["role"], each["shape"]) for each in seen["strokes"]] == [
            ("Max", "mechanic", "arrow"),
            ("Carla", "customer", "number"),
        ]
        assert seen["strokes"][0] == first.json()
    assert first.json()["points"] == ARROW


def test_numbers_count_up_whoever_draws_them(photo, carla, max):
    assert [draws(by, photo, "number").label for by in (carla, max, carla)] == ["1", "2", "3"]
    assert draws(max, photo, "arrow").label == ""
    assert draws(max, photo, "number").label == "4"


def test_a_number_that_was_taken_back_is_given_again_only_when_it_was_the_last(photo, carla):
    numbers = [draws(carla, photo, "number") for _ in range(10)]
    drawing.undo(photo.pk, by=carla, client_id=numbers[3].client_id)
    assert draws(carla, photo, "number").label == "11"
    drawing.clear(photo.pk, by=carla)
    assert draws(carla, photo, "number").label == "1"


def test_each_photo_counts_for_itself(session, photo, carla):
    other = photo_in(session, carla)
    assert [draws(carla, each, "number").label for each in (photo, other)] == ["1", "1"]


def test_the_same_stroke_sent_twice_is_one(photo, max):
    name, client = str(uuid4()), browser(max)
    answers = [sends(client, photo, client_id=name, shape="number", points=json.dumps(SPOT)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert photo.annotations.count() == 1


def test_one_takes_back_what_is_ones_own_and_nothing_else(photo, carla, max):
    hers, his, also_his = draws(carla, photo), draws(max, photo), draws(max, photo)
    client = browser(max)
    assert client.post(at("file-drawing-undo", photo), {"client_id": hers.client_id}).status_code == 204
    assert client.post(at("file-drawing-undo", photo), {"client_id": also_his.client_id}).status_code == 204
    assert client.post(at("file-drawing-undo", photo), {"client_id": also_his.client_id}).status_code == 204
    assert list(photo.annotations.all()) == [hers, his]
    assert client.post(at("file-drawing-clear", photo)).status_code == 204
    assert list(photo.annotations.all()) == [hers]


def test_the_other_page_hears_of_it(photo, max, monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(push, "_send", lambda groups, text: told.append((list(groups), json.loads(text)["data"])))
    with django_capture_on_commit_callbacks(execute=True):
        stroke = draws(max, photo)
        drawing.undo(photo.pk, by=max, client_id=stroke.client_id)
        drawing.clear(photo.pk, by=max)
    groups = [f"session.{photo.session_id}"]
    drawn = {"type": "drawing", "file": str(photo.pk), "stroke": drawing.shown(stroke, photo.session)}
    gone = {"type": "drawing", "file": str(photo.pk), "gone": [str(stroke.client_id)], "by": str(max.pk)}
    assert told == [(groups, drawn), (groups, gone)], "and nothing when there was nothing to take back"


@pytest.mark.parametrize("state", ["waiting", "live"])
def test_it_is_drawn_while_the_mechanic_is_there(state, carla, max):
    photo = photo_in(getattr(cast, state)(carla, max), carla)
    assert sends(browser(carla), photo).status_code == 201
    assert sends(browser(max), photo).status_code == 201


def test_after_the_end_it_is_there_to_see(session, photo, carla, max):
    stroke = draws(max, photo)
    cast.an_hour_passes(session)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    for person in (carla, max):
        client = browser(person)
        assert sends(client, photo).status_code == 409
        assert client.post(at("file-drawing-undo", photo), {"client_id": stroke.client_id}).status_code == 409
        assert client.post(at("file-drawing-clear", photo)).status_code == 409
        seen = client.get(at("file-drawing", photo)).json()
        assert len(seen["strokes"]) == 1 and seen["may_draw"] is False
    again = drawing.draw(photo.pk, by=max, client_id=stroke.client_id, shape="arrow", points=ARROW)
    assert again == stroke, "the answer to it may have got lost"


def test_before_a_mechanic_came_nobody_draws(carla):
    photo = photo_in(cast.pending(carla), carla)
    assert sends(browser(carla), photo).status_code == 409


def test_staff_look_and_do_not_draw(session, photo, sam):
    client = looked(sam, session)
    assert client.get(at("file-drawing", photo)).json() == {"strokes": [], "role": "staff", "may_draw": False}
    for name in ("file-drawing-undo", "file-drawing-clear"):
        assert client.post(at(name, photo), {"client_id": uuid4()}).status_code == 403
    assert sends(client, photo).status_code == 403


def test_others_find_nothing(photo, colin, nora, oscar):
    for person in (colin, nora, oscar):
        client = browser(person)
        assert client.get(at("file-drawing", photo)).status_code == 404
        assert client.get(at("session-file-drawn", photo)).status_code == 404
        assert sends(client, photo).status_code == 404
        with pytest.raises(NotYours):
            draws(person, photo)


def test_who_lost_the_session_draws_no_more(session, photo, max, nora, sam):
    draws(max, photo)
    queue.assign(session.pk, by=sam, mechanic_id=nora.pk, reason="Max is ill.")
    with pytest.raises(NotYours):
        draws(max, photo)
    assert draws(nora, photo).author == nora


def test_a_photo_of_another_session_is_not_reached_through_ones_own(photo, colin, nora):
    own = cast.live(colin, nora)
    address = reverse("file-drawing", args=[own.pk, photo.pk])
    assert browser(colin).get(address).status_code == 404


def test_only_photos_that_were_checked_are_drawn_on(session, carla, max):
    arriving = {"state": "checking", "kind": "", "file": "", "thumbnail": "", "checked_at": None}
    for fields in (arriving, {"kind": "document", "content_type": "application/pdf"}):
        with pytest.raises(NotPossible):
            draws(max, photo_in(session, carla, **fields))


def test_a_photo_takes_two_hundred_strokes(photo, carla, max):
    Annotation.objects.bulk_create(Annotation(file=photo, author=max, shape="arrow", points=ARROW) for _ in range(drawing.MOST_STROKES - 1))
    last = draws(carla, photo)
    with pytest.raises(NotPossible):
        draws(carla, photo)
    assert draws(carla, photo, client_id=last.client_id) == last


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        ("arrow", ARROW[:1]),
        ("arrow", [*ARROW, [0.1, 0.1]]),
        ("arrow", [[0.5, 0.5], [0.5, 0.5]]),
        ("circle", [[0.5, 0.5]]),
        ("number", ARROW),
        ("number", []),
        ("line", SPOT),
        ("line", [[0.001 * turn, 0.5] for turn in range(201)]),
        ("line", [[0.5, 0.5]] * 100),
        ("star", ARROW),
        ("", ARROW),
        ("arrow", [[0.5, 1.001], [0, 0]]),
        ("arrow", [[-0.001, 0.5], [0, 0]]),
        ("arrow", [[float("nan"), 0.5], [0, 0]]),
        ("arrow", [[float("inf"), 0.5], [0, 0]]),
        ("arrow", [["0.5", 0.5], [0, 0]]),
        ("arrow", [[True, 0.5], [0, 0]]),
        ("arrow", [[None, 0.5], [0, 0]]),
        ("arrow", [[0.5, 0.5, 0.5], [0, 0]]),
        ("arrow", [[0.5], [0, 0]]),
        ("arrow", {"0": [0.5, 0.5], "1": [0, 0]}),
        ("arrow", "[[0, 0], [1, 1]]"),
        ("arrow", 7),
    ],
)
def test_what_makes_no_stroke_is_refused(shape, points, photo, max):
    with pytest.raises(drawing.BadStroke):
        drawing.draw(photo.pk, by=max, client_id=uuid4(), shape=shape, points=points)
    assert not photo.annotations.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "mine"},
        {"client_id": ""},
        {"points": ""},
        {"points": "["},
        {"points": "[" * 19_000},
        {"points": "[[NaN, 0], [1, 1]]"},
        {"points": "[[1e999, 0], [1, 1]]"},
        {"points": f"[[0.{'1' * 20_000}, 0], [1, 1]]"},
        {"shape": "x" * 100},
        {"shape": "\x00"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_nonsense_from_a_browser_is_refused_in_words(changes, photo, max):
    answer = sends(browser(max), photo, **changes)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_stroke" and answer.json()["detail"]


def test_two_hundred_points_make_a_line(photo, max):
    way = [[0.004 * turn, 0.5] for turn in range(200)]
    assert sends(browser(max), photo, shape="line", points=json.dumps(way)).status_code == 201


# --- the copy with the drawing in it ---------------------------------------------------------------


def colour_at(content: bytes, x: float, y: float) -> tuple[int, ...]:
    photo = Image.open(BytesIO(content))
    return photo.getpixel((int(x * photo.width), int(y * photo.height)))


def is_near(found: tuple[int, ...], colour: str) -> bool:
    wanted = bytes.fromhex(colour.removeprefix("#"))
    return all(abs(one - other) < 40 for one, other in zip(found, wanted, strict=True))


def test_the_copy_has_everybodys_colour_where_it_was_drawn(photo, carla, max):
    draws(max, photo, "line", [[0.1, 0.1], [0.5, 0.1], [0.9, 0.1]])
    draws(carla, photo, "circle", [[0.2, 0.3], [0.8, 0.9]])
    copy = drawing.burnt(photo)
    assert Image.open(BytesIO(copy)).size == (800, 600)
    assert is_near(colour_at(copy, 0.4, 0.1), strokes.COLOURS["mechanic"])
    assert is_near(colour_at(copy, 0.5, 0.3), strokes.COLOURS["customer"])
    assert is_near(colour_at(copy, 0.5, 0.6), "#9aa5a3"), "a circle is not filled"
    assert is_near(colour_at(copy, 0.95, 0.95), "#9aa5a3")


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", strokes.COLOURS["mechanic"]])
def test_a_stroke_stands_out_from_any_photo(ground, session, carla, max):
    photo = photo_in(session, carla, content=picture(colour=ground))
    draws(max, photo, "line", [[0.1, 0.5], [0.9, 0.5]])
    copy = Image.open(BytesIO(drawing.burnt(photo))).convert("L")
    column = sorted(copy.getpixel((400, y)) for y in range(250, 350))
    assert column[0] < 110 and column[-1] > 240


def test_a_number_is_written_in_white_on_its_disc(photo, carla):
    draws(carla, photo, "number")
    copy = Image.open(BytesIO(drawing.burnt(photo)))
    radius = int(strokes.DISC * strokes.pen_for(*copy.size) * 0.7)
    colours = {copy.getpixel((400 + x, 300 + y)) for x in range(-radius, radius) for y in range(-radius, radius)}
    assert any(is_near(colour, "#ffffff") for colour in colours)
    assert any(is_near(colour, strokes.COLOURS["customer"]) for colour in colours)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_every_kind_of_photo_becomes_a_jpeg(kind, session, carla, max):
    photo = photo_in(session, carla, content=picture(kind=kind), content_type=f"image/{kind.lower()}")
    draws(max, photo)
    assert Image.open(BytesIO(drawing.burnt(photo))).format == "JPEG"


def test_what_is_transparent_becomes_white(session, carla):
    hole = BytesIO()
    Image.new("RGBA", (200, 100), (0, 0, 0, 0)).save(hole, "PNG")
    photo = photo_in(session, carla, content=hole.getvalue(), content_type="image/png")
    assert is_near(colour_at(drawing.burnt(photo), 0.5, 0.5), "#ffffff")


def test_strokes_at_the_very_edge_and_tiny_ones_can_be_painted(photo, max):
    for shape in ("arrow", "circle", "line"):
        draws(max, photo, shape, [[0, 0], [0.00001, 0]])
        draws(max, photo, shape, [[1, 1], [0, 0]])
        draws(max, photo, shape, [[1, 1], [1, 0.99999]])
    for corner in ([0, 0], [1, 1], [0, 1]):
        draws(max, photo, "number", [corner])
    assert Image.open(BytesIO(drawing.burnt(photo))).size == (800, 600)


def test_the_copy_is_shown_as_the_file_is_and_kept_until_it_changes(photo, carla, max):
    client = browser(carla)
    draws(max, photo)
    first = client.get(at("session-file-drawn", photo))
    assert (first.status_code, first["Content-Type"], first["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
    assert "sandbox" in first["Content-Security-Policy"] and "engine.jpg" in first["Content-Disposition"]
    known = {"If-None-Match": first["ETag"]}
    assert client.get(at("session-file-drawn", photo), headers=known).status_code == 304
    draws(max, photo)
    assert client.get(at("session-file-drawn", photo), headers=known).status_code == 200


def test_without_a_stroke_it_is_the_photo_itself(photo, carla):
    answer = browser(carla).get(at("session-file-drawn", photo))
    assert b"".join(answer.streaming_content) == picture()
