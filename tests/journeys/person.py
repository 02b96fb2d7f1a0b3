"""Somebody signed in by plain HTTP: what a program can do with a session."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.journeys.product import Product

UNANSWERED = (OSError, HTTPException)
"""What is raised when the server went away before it had answered: whether it did the work is unknown."""


class Person:
    """A signed-in user of a company. Answers are (status, body); nothing is tried twice."""

    def __init__(self, product: Product, subdomain: str, username: str, password: str) -> None:
        self._port = product.port
        self._host = f"{subdomain}.localhost:{product.port}"
        self._cookies: dict[str, str] = {}
        self.request("GET", "/sign-in/")
        form = {"login": username, "password": password}
        status, _body = self.request("POST", "/sign-in/", urlencode(form), "application/x-www-form-urlencoded")
        assert status == 302, f"{username} can't sign in: {status}"

    def get(self, path: str) -> tuple[int, Any]:
        """Ask for something; the body as JSON."""
        status, body = self.request("GET", path)
        return status, json.loads(body) if status == 200 else body

    def post(self, path: str, values: dict[str, Any]) -> tuple[int, Any]:
        """Send values as JSON."""
        return self.request("POST", path, json.dumps(values), "application/json")

    def request(self, method: str, path: str, body: str = "", content_type: str = "") -> tuple[int, bytes]:
        """One request on a connection of its own; raises one of UNANSWERED when no answer comes."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Host": self._host, "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers |= {"Content-Type": content_type, "X-CSRFToken": self._cookies.get("__Host-csrf", "")}
        try:
            connection.request(method, path, body.encode() or None, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return answer.status, answer.read()
        finally:
            connection.close()
