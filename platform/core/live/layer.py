"""The way of messages to the sockets of all processes: Channels over Valkey."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


@async_to_sync
async def send(events: Mapping[str, dict[str, Any]]) -> None:
    """Send each group (by name) its event. Never raises when Valkey does not answer: the rows are there."""
    layer: Any = get_channel_layer()
    try:
        for group, event in events.items():
            await layer.group_send(group, event)
    except (RedisError, OSError) as error:
        logger.warning("%s messages not pushed: %s", len(events), error)
