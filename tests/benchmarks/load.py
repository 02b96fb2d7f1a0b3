"""The load generator of `bench_requests`, a process of its own: asks over a few kept connections, and keeps the times.

Reads one line of JSON, {port, header, addresses, connections, requests}, and answers with one: {seconds, times,
refused}; times in milliseconds, of answers with status 200. It is no more than sockets, so that it takes little of the
machine it shares with what it measures.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from itertools import cycle, islice
from typing import Any

HEAD_END = b"\r\n\r\n"


class Connection:
    """One kept connection; it asks again as soon as it was answered."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = bytearray()
        self._wanted = 0
        self._started = 0.0

    def ask(self, request: bytes) -> None:
        """Send the next request."""
        self._got.clear()
        self._wanted = 0
        self._started = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, float] | None:
        """Status and milliseconds, once all of the answer has come."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        self._got += part
        if not self._wanted:
            end = self._got.find(HEAD_END)
            if end < 0:
                return None
            head = bytes(self._got[:end]).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._wanted = end + len(HEAD_END) + int(length)
        if len(self._got) < self._wanted:
            return None
        return int(self._got[9:12]), (time.perf_counter() - self._started) * 1000


def load(port: int, header: str, addresses: list[str], connections: int, requests: int) -> dict[str, Any]:
    """Ask `requests` times over so many connections, the addresses in turn."""
    known = [f"GET {address} HTTP/1.1\r\n{header}\r\n\r\n".encode("ascii") for address in addresses]
    waiting = islice(cycle(known), requests)
    times: list[float] = []
    refused = 0
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        for connection in (Connection(port) for _number in range(connections)):
            connection.ask(next(waiting))
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        while selector.get_map():
            for key, _events in selector.select(timeout=60):
                connection = key.data
                if (answer := connection.answer()) is None:
                    continue
                status, taken = answer
                times.append(taken)
                refused += status != 200
                if (request := next(waiting, None)) is None:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                else:
                    connection.ask(request)
        return {"seconds": time.perf_counter() - start, "times": times, "refused": refused}


if __name__ == "__main__":
    print(json.dumps(load(**json.loads(sys.stdin.readline()))), flush=True)  # noqa: T201 - the answer
