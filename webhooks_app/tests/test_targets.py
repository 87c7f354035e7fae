"""Where nothing is posted to: inside of networks, at services that are no receivers, and by other ways than HTTPS."""

import socket

import pytest

from webhooks_app import targets
from webhooks_app.targets import NotAllowed

INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.0.1"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
]
OUTSIDE = [
    *("1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "192.167.255.255"),
    *("2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_of_a_network_is_not_public(address: str):
    assert not targets.is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is(address: str):
    assert targets.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "example.org",
        "https://",
        "https:///path",
        "https://user:pass@example.org/",
        "https://user@example.org/",
        "https://@example.org/",
        "https://example.org/#part",
        "https://example.org:22/",
        "https://example.org:25/",
        "https://example.org:80/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://example.org/\x00",
        "https://[::1",
        "https://[::1]/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://" + "a" * 64 + ".org/",
        "https://..../",
    ],
)
def test_such_an_address_is_refused_when_it_is_typed(url: str):
    with pytest.raises(NotAllowed):
        targets.parse(url)


def test_an_ordinary_address_is_taken_apart():
    target = targets.parse("https://Shop.Example.org/hooks?a=1")
    assert (target.host, target.port, target.path, target.host_header) == ("shop.example.org", 443, "/hooks?a=1", "shop.example.org")
    assert targets.parse("https://example.org:8443").host_header == "example.org:8443"
    assert targets.parse("https://[2606:4700:4700::1111]:8443/x").host_header == "[2606:4700:4700::1111]:8443"


def test_an_address_in_other_letters_is_written_as_a_browser_writes_it():
    target = targets.parse("https://bücher.example/hök?ü=1")
    assert (target.host, target.path) == ("xn--bcher-kva.example", "/h%C3%B6k?%C3%BC=1")


def resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """The name servers of the world, as they answer in this test."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answer)


@pytest.mark.parametrize("found", [("10.0.0.7",), ("93.184.216.34", "10.0.0.7"), ("::1",), ("169.254.169.254", "93.184.216.34")])
def test_a_name_that_leads_inside_is_refused_even_when_it_leads_outside_as_well(monkeypatch: pytest.MonkeyPatch, found: tuple):
    resolving(monkeypatch, *found)
    with pytest.raises(NotAllowed):
        targets.addresses(targets.parse("https://rebinding.example/"))


def test_a_name_that_leads_outside_gives_the_addresses_that_are_connected_to(monkeypatch: pytest.MonkeyPatch):
    resolving(monkeypatch, "93.184.216.34", "1.1.1.1", "93.184.216.34")
    assert targets.addresses(targets.parse("https://example.org/")) == ["93.184.216.34", "1.1.1.1"]


def test_the_setting_for_trying_out_opens_this_machine_and_no_other(monkeypatch: pytest.MonkeyPatch):
    assert targets.parse("http://localhost:8000/x", local=True).port == 8000
    resolving(monkeypatch, "127.0.0.1")
    assert targets.addresses(targets.parse("http://localhost/", local=True), local=True) == ["127.0.0.1"]
    resolving(monkeypatch, "10.0.0.7")
    with pytest.raises(NotAllowed):
        targets.addresses(targets.parse("http://intranet/", local=True), local=True)
    with pytest.raises(NotAllowed):
        targets.parse("http://192.168.0.1/", local=True)
