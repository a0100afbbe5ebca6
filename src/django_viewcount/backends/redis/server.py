from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from hashlib import blake2b, sha1
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from redis.exceptions import (
    ConnectionError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TimeoutError,
)

from ...buffering import buffer
from ...conf import settings
from ...exceptions import BackendUnavailable
from .breaker import Breaker
from .clients import make_client

SOURCE = Path(__file__).with_name("functions.lua").read_text(encoding="utf-8")
WRITES = [
    *("count", "guard"),
    *("claim", "release", "raise", "adopt", "trim"),
    *("take", "blend"),
    *("best", "scores", "above", "visitors"),
]
# A full server and a replica still answer what only reads. Counting visitors is no such thing: the
# server keeps what it has counted.
READS = ["try", "held"]

# The client of a cluster has an error of its own for a cluster that it does not find.
FAILURES = (RedisError, RedisClusterException)
SILENCES = (ConnectionError, TimeoutError, RedisClusterException)

FLAGS = dict.fromkeys(WRITES, "") | dict.fromkeys(READS, "'no-writes'")

Call = tuple[str, Sequence["str | bytes"], Sequence[Any]]
"""Name of a function, its keys, its arguments."""


def library(name: str) -> str:
    """The functions as a library for FUNCTION LOAD."""
    registered = "\n".join(
        f"redis.register_function{{function_name='{name}_{function}', callback={function}, "
        f"flags={{{flags}}}}}"
        for function, flags in FLAGS.items()
    )
    return f"#!lua name={name}\n{SOURCE}\n{registered}\n"


# Two versions of the app may share a server while a site is being updated.
LIBRARY = f"django_viewcount_{blake2b(library('').encode(), digest_size=6).hexdigest()}"


def script(name: str) -> str:
    """One function as a script for EVAL."""
    return f"{SOURCE}\nreturn {name}(KEYS, ARGV)\n"


def new_id() -> str:
    """A batch id that never repeats."""
    return uuid4().hex


class Server:
    """A Redis server, cluster or Sentinel's master: its client, its breaker, and its functions.

    Functions of a library survive a failover, and may be called in a pipeline. Servers before
    Redis 7, and those that do not let us load one, run the same as scripts.
    """

    def __init__(self, **address: Any) -> None:
        self.address = address
        self.cluster = address["cluster"] and address["sentinel"] is None
        self.lock = Lock()
        self.breaker = Breaker(self.probe, buffer.drain)
        self.scripts = False
        self._client: Any = None

    @property
    def client(self) -> Any:
        if self._client is None:
            with self.lock:
                if self._client is None:
                    self._client = make_client(**self.address)
        return self._client

    def probe(self) -> None:
        self.client.ping()

    def call(self, name: str, keys: Sequence[str | bytes], args: Sequence[Any]) -> Any:
        """Call a function. Costs one round trip. Raises BackendUnavailable."""
        self.breaker.check()
        try:
            try:
                return self._command(self.client, name, keys, args)
            except ResponseError as error:
                if not self._prepare(error):
                    raise
                return self._command(self.client, name, keys, args, whole=True)
        except FAILURES as error:
            raise self.failed(error) from error

    def call_all(self, calls: Sequence[Call]) -> list[Any]:
        """Call functions in their order. Costs one round trip, per node of a cluster.

        Answers an error in the place of the answer of a call that failed. Raises
        BackendUnavailable where all did.
        """
        if len(calls) == 1:
            return [self.call(*calls[0])]
        if not calls:
            return []
        answers = self.pipeline(lambda pipeline: [self._command(pipeline, *call) for call in calls])
        for i, answer in enumerate(answers):
            if isinstance(answer, ResponseError) and self._prepare(answer):
                answers[i] = self.pipeline(partial(self._whole, calls[i]))[0]
        return answers

    def pipeline(self, fill: Callable[[Any], object]) -> list[Any]:
        """Send commands in one round trip, per node of a cluster; errors are among the answers.

        Raises BackendUnavailable.
        """
        self.breaker.check()
        try:
            pipeline = self.client.pipeline(transaction=False)
            fill(pipeline)
            answers: list[Any] = pipeline.execute(raise_on_error=False)
        except FAILURES as error:
            raise self.failed(error) from error
        for answer in answers:
            if isinstance(answer, SILENCES):
                raise self.failed(answer) from answer
        return answers

    def failed(self, error: Exception) -> BackendUnavailable:
        """Open the breaker where the server did not answer; say what happened.

        What was asked of a server that did not answer may still be done.
        """
        cause = str(error) or type(error).__name__
        if not isinstance(error, SILENCES):
            return BackendUnavailable(f"Redis: {cause}")
        self.breaker.failed(cause)
        unsent = "connecting to" in cause or type(error) not in (ConnectionError, TimeoutError)
        return BackendUnavailable(f"Redis: {cause}", uncertain=not unsent)

    def _whole(self, call: Call, pipeline: Any) -> None:
        self._command(pipeline, *call, whole=True)

    def _command(
        self,
        client: Any,
        name: str,
        keys: Sequence[str | bytes],
        args: Sequence[Any],
        whole: bool = False,
    ) -> Any:
        where = {}
        if self.cluster:  # whose client would ask a node which of the arguments are keys
            where["target_nodes"] = self.client.get_node_from_key(keys[0])
        if not self.scripts:
            command, what = "FCALL", f"{LIBRARY}_{name}"
        elif whole:
            command, what = "EVAL", script(name)
        else:
            command, what = "EVALSHA", _sha(script(name))
        return client.execute_command(command, what, len(keys), *keys, *args, **where)

    def _prepare(self, error: ResponseError) -> bool:
        """Give the server what it does not have yet; answers whether to call once more."""
        if isinstance(error, NoScriptError):
            return True
        text = str(error).lower()
        if isinstance(error, NoPermissionError) or "unknown command" in text:
            if self.scripts:
                return False
            self.scripts = True
            return True
        if "function not found" not in text:
            return False
        try:
            self.client.function_load(library(LIBRARY), replace=True)
        except (OutOfMemoryError, ReadOnlyError):
            return False  # that says nothing about functions
        except ResponseError:
            self.scripts = True
        return True


@lru_cache(maxsize=32)
def _sha(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def get_server() -> Server:
    """Return the server of the settings: one pool of connections per process."""
    sentinel = settings.redis_sentinel
    return _server(
        settings.redis_url,
        settings.timeout,
        settings.redis_cluster,
        None if sentinel is None else json.dumps(sentinel),
    )


@lru_cache(maxsize=16)
def _server(url: str | None, timeout: float, cluster: bool, sentinel: str | None) -> Server:
    return Server(
        url=url,
        timeout=timeout,
        cluster=cluster,
        sentinel=None if sentinel is None else json.loads(sentinel),
    )
