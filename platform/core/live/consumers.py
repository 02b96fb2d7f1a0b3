"""The socket of one open tab."""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from core.live.admission import Guest, admit, is_own_page, session_key
from core.live.chance import spread
from core.live.sending import company_group, user_group

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
"""Closed because nobody is signed in (any more): the tab must not try again by itself."""
RECALLED = 4409
"""Closed because rights may have changed: the tab connects again and is asked anew who it is."""
TOO_SLOW = 4408
SECONDS_TO_TAKE = 10.0
"""A tab that takes a message no faster than this is dropped; nobody else waits for it."""

# Not the one thread that Channels shares among all consumers: a slow check must not hold up the others.
_checks = ThreadPoolExecutor(4, thread_name_prefix="socket-check")
_admit = database_sync_to_async(admit, thread_sensitive=False, executor=_checks)


class LiveConsumer(AsyncWebsocketConsumer):
    """Carries messages to the tab: notifications, badges, progress of jobs, changes of records. It takes none.

    Each message is JSON with a `type`: `notification`, `badge`, `job`, `close` or one that a higher layer pushes.
    """

    guest: Guest | None = None
    _guard: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Let in whoever is signed in on this host, asked by a page of this host."""
        headers = dict(self.scope["headers"])
        if not is_own_page(headers):
            await self.close()
            return
        self.host = headers[b"host"].decode("latin-1")
        self.key = session_key(headers)
        self.guest = await _admit(self.host, self.key)
        await self.accept()
        if self.guest is None:
            await self._dismiss(SIGNED_OUT, "signed_out")
            return
        for group in self._groups(self.guest):
            await self.channel_layer.group_add(group, self.channel_name)
        # Rights may have been taken between the question and joining the groups: then nobody told this socket.
        if await self._is_still_welcome():
            await self._tell({"type": "badge", "key": "inbox", "count": self.guest.unread})
            self._guard = asyncio.create_task(self._recheck())

    async def disconnect(self, code: int) -> None:
        """Leave the groups."""
        if self._guard is not None:
            self._guard.cancel()
        if self.guest is not None:
            for group in self._groups(self.guest):
                await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is taken from the tab: what it wants to change goes through pages, with their checks."""

    async def live_push(self, event: dict[str, Any]) -> None:
        """A message for this user."""
        await self._tell(event["message"])

    async def live_recall(self, event: dict[str, Any]) -> None:
        """Rights changed, or the session ended: out at once, whatever comes next."""
        await self._dismiss(RECALLED, "recalled")

    async def _recheck(self) -> None:
        """Ask again now and then, in case nobody told us."""
        while True:
            await asyncio.sleep(spread(settings.LIVE_RECHECK_SECONDS * 0.8, settings.LIVE_RECHECK_SECONDS))
            try:
                if not await self._is_still_welcome():
                    return
            except Exception:
                logger.exception("Socket could not be checked")
                await self._dismiss(RECALLED, "recalled")
                return

    async def _is_still_welcome(self) -> bool:
        now = await _admit(self.host, self.key)
        if now is None:
            await self._dismiss(SIGNED_OUT, "signed_out")
        elif self.guest is None or (now.company_id, now.user_id) != (self.guest.company_id, self.guest.user_id):
            await self._dismiss(RECALLED, "recalled")
        else:
            return True
        return False

    async def _dismiss(self, code: int, reason: str) -> None:
        await self._tell({"type": "close", "reason": reason})
        await self.close(code)

    async def _tell(self, message: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(self.send(json.dumps(message, ensure_ascii=False)), SECONDS_TO_TAKE)
        except TimeoutError:
            await self.close(TOO_SLOW)

    def _groups(self, guest: Guest) -> tuple[str, str]:
        return company_group(guest.company_id), user_group(guest.company_id, guest.user_id)
