"""Answers that many ask for at once are worked out once.

They are given to all who ask within a moment.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 64 << 20
MOST_OF_ONE = 8 << 20
PIECE = 64 << 10

# An answer whose address names nothing else is given again for so long, s.
IMMUTABLE_S = 60.0
_log = logging.getLogger("twin.server")


class Answer:
    """An answer under way, or done: every one who asked is sent what there is of it, as it comes.

    Whoever reads slowly, or goes away, holds up nobody else, nor the thread that works it out.
    """

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._is_more = asyncio.Event()
        self.is_broken = False
        self.is_over, self.status, self.n_bytes, self.kept_until = False, 0, 0, math.inf
        self.is_immutable = self._is_changed = False

    async def work_out(self, app: App, scope: Scope, body: bytes) -> None:
        """Have `app` answer."""

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await app(scope, receive, self._hear)
        except Exception:  # noqa: BLE001  (whatever it is, those who wait are told)
            _log.exception(
                "An answer to %s %s broke off.", scope["method"], scope["path"]
            )
            self.is_broken = True
        finally:
            self.is_over = True
            self._is_more.set()

    async def send(self, send: Send) -> None:
        """Send all of it.

        Raises:
            ConnectionError: it broke off.
        """
        at = 0
        while True:
            is_more = self._is_more
            while at < len(self._messages):
                for piece in _pieces(self._messages[at]):
                    await send(piece)
                at += 1
            if self.is_over and at == len(self._messages):
                break
            await is_more.wait()
        if self.is_broken:
            raise ConnectionError("The answer broke off.")

    async def change(self, tell: Callable[[bytes], bytes]) -> None:
        """Wait until it is finished, and put other words in the place of its own, once."""
        while not self.is_over:
            await self._is_more.wait()
        if self._is_changed or self.status != 200:
            return
        self._is_changed = True
        start, body = (
            self._messages[0],
            b"".join(each.get("body", b"") for each in self._messages[1:]),
        )
        said = tell(body)
        headers = [
            (name, value)
            for name, value in start["headers"]
            if name != b"content-length"
        ]
        self._messages = [
            {
                **start,
                "headers": [*headers, (b"content-length", str(len(said)).encode())],
            },
            {"type": "http.response.body", "body": said, "more_body": False},
        ]

    async def _hear(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.is_immutable = any(
                name == b"cache-control" and b"immutable" in value
                for name, value in message["headers"]
            )
        self.n_bytes += len(message.get("body", b""))
        self._messages.append(message)
        self._is_more.set()
        self._is_more = asyncio.Event()


class Straight(Answer):
    """An answer too long to be held: it is worked out as fast as the one who asked reads it."""

    def __init__(self, app: App, scope: Scope) -> None:
        """Take what answers, and the question."""
        super().__init__()
        self._app, self._scope = app, scope

    async def send(self, send: Send) -> None:
        """Send it while it is worked out. Raises what that raises."""

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        await self._app(self._scope, receive, send)


def _pieces(message: Message) -> Iterator[Message]:
    """Yield a message in pieces: so much, and no more, waits for one who does not read."""
    body = message.get("body", b"")
    for at in range(0, max(len(body) - 1, 0) // PIECE * PIECE, PIECE):
        yield {**message, "body": body[at : at + PIECE], "more_body": True}
    yield (
        {**message, "body": body[(max(len(body) - 1, 0) // PIECE) * PIECE :]}
        if body
        else message
    )


class Kept:
    """Answers of the last moment, by all that they hang on. For one event loop."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._kept = most_bytes, OrderedDict[Hashable, Answer]()
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, key: Hashable) -> Answer | None:
        """Return the answer to a question that is under way, or was given a moment ago."""
        answer = self._kept.get(key)
        # Not finished, or so just now that nothing says how long.
        if answer is None or answer.kept_until == math.inf:
            return (
                answer
                if answer is None or (answer.status < 400 and not answer.is_broken)
                else None
            )
        return answer if asyncio.get_running_loop().time() < answer.kept_until else None

    def begin(
        self,
        key: Hashable,
        app: App,
        scope: Scope,
        body: bytes,
        *,
        seconds: float,
        failures: bool = False,
    ) -> Answer:
        """Return an answer that is being worked out, and keep it; None as `key` keeps none.

        Args:
            key: all that the answer hangs on.
            app: what answers.
            scope: the question.
            body: the rest of the question.
            seconds: how long it is given again after it was finished.
            failures: whether one of another status than 200 is given again as well.
        """
        answer = Answer()
        if key is not None:
            self._kept[key] = answer
            self._kept.move_to_end(key)
        task = asyncio.get_running_loop().create_task(answer.work_out(app, scope, body))
        self._tasks.add(task)
        task.add_done_callback(
            lambda done: self._finish(done, key, answer, seconds, failures)
        )
        return answer

    def _finish(
        self,
        done: asyncio.Task[None],
        key: Hashable,
        answer: Answer,
        seconds: float,
        failures: bool,
    ) -> None:
        self._tasks.discard(done)
        now = asyncio.get_running_loop().time()
        if key is None:
            return
        is_good = answer.status in {200, 304} or (failures and answer.status)
        if is_good and not answer.is_broken and answer.n_bytes <= MOST_OF_ONE:
            answer.kept_until = now + (IMMUTABLE_S if answer.is_immutable else seconds)
        else:
            self._kept.pop(key, None)
        over = [key for key, each in self._kept.items() if each.kept_until <= now]
        for old in over:
            del self._kept[old]
        held = sum(each.n_bytes for each in self._kept.values())
        for old in [key for key, each in self._kept.items() if each.is_over]:
            if held <= self._most:
                break
            held -= self._kept.pop(old).n_bytes
