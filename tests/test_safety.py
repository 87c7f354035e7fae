"""What every answer carries, and what must not be possible around signing in and out."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from mechanichub.readable import only_utf8
from tests import cast
from tests.hostile import addresses, faults
from tests.staff import code, second_factor, staff_in

LOGIN = "account_login"
EVIL = ["https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
        "javascript:alert(1)", "http:///evil.example", "\t//evil.example", "/\t/evil.example", "//localhost@evil.example",
        "https://localhost.evil.example", "data:text/html,hostile", "/%09/evil.example", "//evil%E3%80%82example"]  # fmt: skip


def sign_in(client: Client, user: User, password: str = cast.PASSWORD, **more: str):
    return client.post(reverse(LOGIN), {"login": user.email, "password": password} | more)


# --- what every answer carries -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/", 200, {}),
        ("/nowhere/", 404, {}),
        ("/nowhere/", 404, {"Accept": "application/json"}),
        ("/help", 301, {}),
        ("/my/", 302, {}),
        ("/", 400, {"Host": "evil.example"}),
        ("/accounts/login/%00", 404, {}),
        ("/static/img/favicon.svg", 200, {}),
        ("/static/nowhere.css", 404, {}),
        ("/help/codes/", 405, {}),
    ],
)
def test_every_answer_is_guarded(client, db, path, status, headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == status
    assert not list(faults(answer, "Accept" in headers))


def test_what_is_forbidden_is_guarded_too(db):
    answer = Client(enforce_csrf_checks=True).post(reverse(LOGIN))
    assert answer.status_code == 403 and not list(faults(answer, wants_json=False))


def test_what_breaks_is_guarded_too(client, db, monkeypatch):
    monkeypatch.setattr("mechanichub.views.demo_gateway.on_sale", lambda: 1 / 0)
    client.raise_request_exception = False
    assert list(faults(client.get("/"), wants_json=False)) == ["status 500"]


def test_a_refusal_is_in_words(client, db):
    page = client.get("/", headers={"Host": "evil.example"}).content.decode()
    assert "That could not be read" in page and "evil" not in page


def test_a_refusal_is_one_line_in_the_log(client, db, caplog):
    client.get("/a%0ab", headers={"Host": "evil.example"})
    assert [record.exc_info for record in caplog.records] == [None]
    assert caplog.messages == ["refused GET '/a\\nb': DisallowedHost"]


def test_too_much_is_refused_in_words(client, db):
    answer = client.post(reverse(LOGIN), {"login": "a" * 1_500_001})
    assert answer.status_code == 413 and "Nothing was saved" in answer.content.decode()


def test_the_address_of_a_button_says_so(client, carla, plans):
    client.force_login(carla)
    answer = client.get(reverse("accept", args=[cast.pending(carla).pk]))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "belongs to a button" in answer.content.decode()


@pytest.mark.parametrize("alphabet", ["utf-7", "rot13", "hex", "unicode_escape", "latin-1", "nonsense", "*=nonsense''a"])
def test_other_alphabets_than_utf_8_do_not_reach_the_pages(alphabet):
    said = []
    kind = f"multipart/form-data; boundary=X; charset={alphabet}".replace("=*", "*")
    assert only_utf8(lambda environ, start: [b"page"])({"CONTENT_TYPE": kind}, lambda *answer: said.extend(answer)) != [b"page"]
    assert said[0] == "400 Bad Request"


@pytest.mark.parametrize(
    "kind", [None, "", ";;;", "text/html", "application/x-www-form-urlencoded; charset=UTF8", "a/b; charset*=utf-8''utf-8"]
)
def test_utf_8_reaches_the_pages(kind):
    environ = {"CONTENT_TYPE": kind} if kind is not None else {}
    assert only_utf8(lambda environ, start: [b"page"])(environ, print) == [b"page"]


# --- what stays in the browser -------------------------------------------------------------------


@pytest.mark.parametrize("url_name", ["profile", "my", "my-vehicles", "vehicle-add", "intake-choose", "mfa_index", "account_email"])
def test_nothing_private_is_kept_for_the_back_button(client, carla, url_name):
    sign_in(client, carla)
    answer = client.get(reverse(url_name))
    assert answer.status_code == 200
    assert {"no-store", "private"} <= {*answer["Cache-Control"].split(", ")}


def test_pages_for_everybody_may_be_kept(client, plans):
    assert "Cache-Control" not in client.get("/").headers


def test_the_answer_that_signs_in_and_the_one_that_signs_out_are_private(client, carla):
    assert "no-store" in sign_in(client, carla)["Cache-Control"]
    assert "no-store" in client.post(reverse("account_logout"))["Cache-Control"]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, carla):
    sign_in(client, carla)
    session = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"
    assert len(client.cookies) <= 3, client.cookies


@pytest.mark.parametrize("key", ['"\\000aaaaaaaaaaaaaaaaaaaa"', "short", "A" * 32, "a" * 33, "' OR 1=1; --aaaaaaaaaaaaaaaaaaaaaa"])
def test_a_session_that_we_did_not_name_is_none(client, db, key, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/accounts/login/", headers={"Cookie": f"sessionid={key}"})
    assert answer.status_code == 200


def test_signing_in_gives_the_session_a_new_name(client, carla):
    known = client.session
    known["drafts"] = []
    known.save()
    before = known.session_key
    sign_in(client, carla)
    assert before and client.session.session_key != before


def test_a_name_that_somebody_chose_beforehand_is_not_taken(client, carla):
    client.cookies["sessionid"] = chosen = "0123456789abcdefghijklmnopqrstuv"
    sign_in(client, carla)
    assert client.session.session_key not in (None, chosen)


def test_after_signing_out_the_old_cookie_opens_nothing(client, carla):
    sign_in(client, carla)
    kept = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    client.cookies["sessionid"] = kept
    assert client.get("/my/").status_code == 302


def test_a_new_password_signs_everybody_else_out(client, carla):
    sign_in(client, carla)
    elsewhere = Client()
    sign_in(elsewhere, carla)
    new = "a kettle full of bolts"
    client.post(reverse("account_change_password"), {"oldpassword": cast.PASSWORD, "password1": new, "password2": new})
    assert client.get("/my/").status_code == 200
    assert elsewhere.get("/my/").status_code == 302


# --- other sites ---------------------------------------------------------------------------------


NUMBERED = {"token-revoke": {"pk": 1}}  # where an address names a row by its number


def test_no_address_takes_anything_without_its_token(carla, sam):
    """Whatever is sent from somebody else's page comes without it."""
    visitor, customer, staff = (Client(enforce_csrf_checks=True) for _ in range(3))
    customer.force_login(carla)
    staff.cookies = staff_in(Client(), sam).cookies
    taken = {
        (address.name, answer.status_code)
        for address in addresses()
        for client in (visitor, customer, staff)
        if (
            answer := client.post(
                address.at(cast.uuid.uuid4(), **NUMBERED.get(address.name, {})), headers={"Origin": "https://evil.example"}
            )
        ).status_code
        not in (401, 403)
    }
    assert {name for name, _status in taken} == {"healthz", "readyz"}


@pytest.mark.parametrize("address", EVIL)
def test_signing_in_and_out_leads_to_no_other_site(client, carla, address):
    for answer in (
        sign_in(client, carla, next=address),
        client.get(reverse(LOGIN), {"next": address}),
        client.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD, "next": address}),
        client.post(f"{reverse('account_reauthenticate')}?next={address}", {"password": cast.PASSWORD}),
        client.post(reverse("account_logout"), {"next": address}),
        client.post(reverse("account_request_login_code"), {"email": carla.email, "next": address}),
        client.post(reverse("account_confirm_login_code"), {"code": mailed_code(), "next": address}),
        client.post(reverse("account_logout"), {"next": address}),
        client.post(
            reverse("account_signup"), {"full_name": "New", "email": "n@example.org", "password1": "a kettle of bolts", "next": address}
        ),
    ):
        assert answer.status_code == 302, answer.status_code
        assert not list(faults(answer, wants_json=False))


@pytest.mark.parametrize("address", EVIL)
def test_the_second_factor_leads_to_no_other_site(client, sam, address):
    secret = second_factor(sam)
    sign_in(client, sam, next=address)
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret), "next": address})
    assert answer.status_code == 302
    assert not list(faults(answer, wants_json=False))


@pytest.mark.parametrize("path", ["//evil.example/..", "//evil.example/my", "/\\evil.example/my", "/.//evil.example/help"])
def test_a_missing_slash_leads_to_no_other_site(client, db, path):
    answer = client.generic("GET", path)
    assert answer.status_code in (301, 404)
    assert not list(faults(answer, wants_json=False))


def mailed_code() -> str:
    return re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]


# --- guessing ------------------------------------------------------------------------------------


def test_a_password_can_be_guessed_five_times_whoever_guesses(carla):
    for number in range(5):
        assert "do not belong together" in sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), carla, "wrong").content.decode()
    answer = sign_in(Client(REMOTE_ADDR="192.0.2.99"), carla)
    assert answer.status_code == 200 and "too often" in answer.content.decode()


def test_one_address_can_guess_ten_passwords_a_minute(db):
    client = Client()
    for number in range(10):
        client.post(reverse(LOGIN), {"login": f"nobody{number}@example.org", "password": "wrong"})
    answer = client.post(reverse(LOGIN), {"login": "nobody@example.org", "password": "wrong"})
    assert "too often" in answer.content.decode() or answer.status_code == 429


def test_an_address_cannot_be_chosen_by_a_header(client, carla):
    for number in range(12):
        answer = client.post(
            reverse(LOGIN), {"login": f"nobody{number}@example.org", "password": "wrong"}, headers={"X-Forwarded-For": f"192.0.2.{number}"}
        )
    assert "too often" in answer.content.decode()


def test_a_mailed_code_can_be_guessed_three_times(client, carla):
    client.post(reverse("account_request_login_code"), {"email": carla.email})
    for _ in range(3):
        answer = client.post(reverse("account_confirm_login_code"), {"code": "AAAA-AAAA"})
    assert answer.status_code == 302
    client.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    assert "_auth_user_id" not in client.session


def test_a_second_factor_can_be_guessed_five_times(client, sam):
    secret = second_factor(sam)
    sign_in(client, sam)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert answer.status_code == 200 and "too often" in answer.content.decode()


def test_too_many_accounts_from_one_address_are_refused_in_words(client, db):
    for number in range(21):
        told = {"full_name": "New", "email": f"new{number}@example.org", "password1": "a kettle full of bolts"}
        answer = Client().post(reverse("account_signup"), told, headers={"Accept": "application/json"} if number == 20 else {})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")


# --- who has an account is nobody's business -----------------------------------------------------


def told(answer) -> tuple:
    """What an answer tells whoever asked; tokens differ and tell nothing."""
    return (
        answer.status_code,
        answer.get("Location"),
        re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"|[a-z]+@example.org', "", answer.content.decode()),
    )


@pytest.mark.parametrize(
    ("url_name", "fields"),
    [
        (LOGIN, {"login": "{}", "password": "wrong"}),
        ("account_request_login_code", {"email": "{}"}),
        ("account_reset_password", {"email": "{}"}),
        ("account_signup", {"email": "{}", "full_name": "Some Body", "password1": "a kettle full of bolts"}),
    ],
)
def test_known_and_unknown_addresses_look_the_same(carla, url_name, fields):
    answers = []
    for email in (carla.email, "nobody@example.org"):
        client = Client()
        answer = client.post(reverse(url_name), {name: value.format(email) for name, value in fields.items()})
        answers.append([told(answer), told(client.get(answer["Location"])) if answer.status_code == 302 else None, sorted(client.cookies)])
    assert answers[0] == answers[1]
