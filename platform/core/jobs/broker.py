"""The broker carries hints only: which job to look at, and that there is one. Losing any of them costs seconds.

Everything here may be flushed, killed or slow at any moment without a job being lost or done twice.
"""

import logging
from functools import cache

import redis
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

TASK = "worker.run_job"
WAKE = "jobs:wake"
QUEUE = "celery"


@cache
def publisher() -> Celery:
    """The sending side of Celery; the worker has an application of its own."""
    app = Celery("publisher")
    app.config_from_object("django.conf:settings", namespace="CELERY")
    return app


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=0.5, socket_timeout=5)


def wake() -> None:
    """End the dispatcher's sleep. Never raises: without the hint the dispatcher looks by itself within a second."""
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.lpush(WAKE, 1)
            pipe.ltrim(WAKE, 0, 0)
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("Hint to the dispatcher not sent: %s", error)


def sleep(seconds: float) -> None:
    """Return after `seconds`, or earlier when woken.

    Raises:
        redis.RedisError: the broker does not answer.
    """
    _client().blpop([WAKE], timeout=seconds)


def backlog() -> int:
    """How many messages no worker has taken yet.

    Raises:
        redis.RedisError: the broker does not answer.
    """
    return int(_client().llen(QUEUE))


def send(company_id: int, job_id: int, *, timeout: int) -> bool:
    """Hand the job to whichever worker is free; whether the broker took the message."""
    try:
        publisher().send_task(
            TASK,
            args=[company_id, job_id],
            soft_time_limit=timeout,
            # A try that does not even react to its time limit is killed, and found by its lease.
            time_limit=timeout + 15,
            retry=False,
            ignore_result=True,
        )
    except (OperationalError, redis.RedisError) as error:
        logger.warning("Message of job %s of company %s not sent: %s", job_id, company_id, error)
        return False
    return True
