"""Sockets open for our own pages alone."""

from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param(None, id="absent"),
        pytest.param("null", id="null"),
        pytest.param("", id="empty"),
        pytest.param("https://evil.example", id="foreign"),
        pytest.param("{scheme}s://{netloc}", id="other scheme"),
        pytest.param("{scheme}://localhost:1", id="other port"),
        pytest.param("{scheme}://localhost", id="no port"),
        pytest.param("{scheme}://{netloc}.evil.example", id="begins like ours"),
        pytest.param("{scheme}://evil.example/{netloc}", id="ends like ours"),
        pytest.param("{scheme}://{netloc}/", id="with a path"),
    ],
)
def test_another_origin_is_refused_before_the_handshake(site, listen, carla, origin, nothing_broke):
    parts = urlsplit(site.url)
    with pytest.raises(InvalidStatus) as refusal:
        listen("/ws/customer/", carla, origin=origin and origin.format(scheme=parts.scheme, netloc=parts.netloc))
    assert refusal.value.response.status_code == 403


def test_two_origins_are_refused(site, listen, carla):
    with pytest.raises(InvalidStatus) as refusal:
        listen("/ws/customer/", carla, additional_headers=[("Origin", site.url)])
    assert refusal.value.response.status_code == 400, "the protocol itself allows one"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_our_own_pages_are_let_in_by_each_name_of_this_machine(site, listen, carla, name):
    assert listen("/ws/customer/", carla, origin=f"http://{name}:{urlsplit(site.url).port}", caught_up=False).hear("catch-up")


@pytest.mark.parametrize("path", ["/ws/", "/ws/mechanic", "/ws/session/1/", "/ws/session/not-a-uuid/", "/", "/ws/customer/../admin/"])
def test_there_is_no_socket_at_other_addresses(listen, carla, path, nothing_broke):
    with pytest.raises(InvalidStatus) as refusal:
        listen(path, carla)
    assert refusal.value.response.status_code == 403
