"""How long the head of a request may be, and how long it may take."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvicorn

from mechanichub import heads

OK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def answer_ok(scope: dict, receive: Callable, send: Callable) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def talk(say: Talk) -> bytes:
    """What a client hears until the server hangs up."""

    async def both() -> bytes:
        config = uvicorn.Config(answer_ok, http=heads.HeadsWithLimits, lifespan="off", log_level="critical", timeout_keep_alive=1)
        config.load()
        state = uvicorn.server.ServerState()
        server = await asyncio.get_running_loop().create_server(lambda: heads.HeadsWithLimits(config, state, {}), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            async with asyncio.timeout(20):
                return await say(reader, writer)

    return asyncio.run(both())


async def everything(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b"hung up"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "ARRIVES_WITHIN", 0.2)


def test_whoever_says_nothing_is_hung_up_on(impatient):
    async def nothing(reader, writer):
        return await everything(reader)

    assert talk(nothing).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("beginning", [b"\r\n", b"GET / HTTP/1.1\r\nHost: loc"])
def test_half_a_head_is_hung_up_on(impatient, beginning):
    async def half(reader, writer):
        writer.write(beginning)
        return await everything(reader)

    assert talk(half).startswith(b"HTTP/1.1 408 ")


def test_half_a_head_after_a_whole_request_is_hung_up_on_too(impatient):
    async def one_and_a_half(reader, writer):
        writer.write(OK)
        await reader.readuntil(b"ok")
        writer.write(b"\r\n")
        return await everything(reader)

    assert talk(one_and_a_half).startswith(b"HTTP/1.1 408 ")


def test_a_body_may_take_longer_than_a_head(impatient):
    async def slow_body(reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\n")
        for letter in (b"a", b"b", b"c", b"d"):
            await asyncio.sleep(0.15)
            writer.write(letter)
        return await everything(reader)

    assert talk(slow_body).startswith(b"HTTP/1.1 200 ")


def test_a_head_may_be_as_long_as_it_says():
    async def long(reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nConnection: close\r\nX: " + b"a" * (heads.LONGEST - 100) + b"\r\n\r\n")
        return await everything(reader)

    assert talk(long).startswith(b"HTTP/1.1 200 ")


def test_a_longer_one_is_refused():
    async def longer(reader, writer):
        for _ in range(8):
            writer.write(b"GET / HTTP/1.1\r\nX: " + b"a" * heads.LONGEST)
        return await everything(reader)

    assert talk(longer).startswith((b"HTTP/1.1 431 ", b"hung up"))


def test_a_body_of_many_small_pieces_is_no_long_head():
    async def pieces(reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"1\r\na\r\n" * 100_000 + b"0\r\n\r\n")
        return await everything(reader)

    assert talk(pieces).startswith(b"HTTP/1.1 200 ")
