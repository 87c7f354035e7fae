"""One browser that is slow is slow for itself only."""

import asyncio
from types import SimpleNamespace

import pytest

from live import outbox
from live.outbox import Courier, Outbox
from tests.asynchronous import run


class Browser:
    """The far end of a socket, which takes texts when it likes to."""

    def __init__(self, courier: Courier) -> None:
        self.texts: list[str] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.breaks: Exception | None = None
        self.transport = SimpleNamespace(abort=self.abort)
        self.is_cut = False
        self.outbox = Outbox(self.send, courier)

    async def send(self, message: dict) -> None:
        await self.reads.wait()
        if self.breaks:
            raise self.breaks
        self.texts.append(message["text"])

    def abort(self) -> None:
        self.is_cut = True


async def soon() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def told(number: int, texts: list[str], *, slow: int = -1, breaks: Exception | None = None) -> list[Browser]:
    """That many browsers after each was put all texts, text by text; one of them may not read, or break."""

    async def tell() -> list[Browser]:
        courier = Courier()
        browsers = [Browser(courier) for _ in range(number)]
        if slow >= 0:
            browsers[slow].reads.clear()
        if breaks:
            browsers[0].breaks = breaks
        for text in texts:
            for browser in browsers:
                browser.outbox.put(text)
        await soon()
        return browsers

    return run(tell())


def test_everybody_gets_everything_in_order():
    assert [browser.texts for browser in told(5, ["a", "b", "c"])] == [["a", "b", "c"]] * 5


@pytest.mark.parametrize("slow", [0, 2, 4], ids=["first", "in the middle", "last"])
def test_a_slow_one_holds_up_nobody(slow):
    texts = [browser.texts for browser in told(5, ["a", "b"], slow=slow)]
    assert texts.pop(slow) == []
    assert texts == [["a", "b"]] * 4


@pytest.mark.parametrize("breaks", [OSError("gone"), RuntimeError("closed already")])
def test_one_that_went_holds_up_nobody(breaks):
    assert [browser.texts for browser in told(3, ["a", "b"], breaks=breaks)] == [[], ["a", "b"], ["a", "b"]]


def test_a_mistake_in_one_send_stops_no_other():
    assert [browser.texts for browser in told(3, ["a"], breaks=ValueError("a mistake"))][1:] == [["a"], ["a"]]


def test_a_slow_one_gets_all_of_it_in_order_when_it_reads_again():
    async def tell() -> Browser:
        browser = Browser(Courier())
        browser.reads.clear()
        for text in "abc":
            browser.outbox.put(text)
            await soon()
        browser.reads.set()
        await soon()
        browser.outbox.put("d")
        await soon()
        return browser

    assert run(tell()).texts == ["a", "b", "c", "d"]


def test_who_takes_too_long_over_one_text_is_cut_at_the_next(monkeypatch):
    monkeypatch.setattr(outbox, "TAKE_WITHIN", 0.05)

    async def tell() -> tuple[bool, bool]:
        browser = Browser(Courier())
        browser.reads.clear()
        browser.outbox.put("a")
        await soon()
        browser.outbox.put("b")
        early = browser.is_cut
        await asyncio.sleep(0.06)
        browser.outbox.put("beat")
        return early, browser.is_cut

    assert run(tell()) == (False, True)


def test_who_has_too_much_waiting_is_cut(monkeypatch):
    monkeypatch.setattr(outbox, "TEXTS_WAITING", 3)

    async def tell(number: int) -> bool:
        browser = Browser(Courier())
        browser.reads.clear()
        browser.outbox.put("under way")
        await soon()
        for _ in range(number):
            browser.outbox.put("waiting")
        return browser.is_cut

    assert [run(tell(number)) for number in (3, 4)] == [False, True]
