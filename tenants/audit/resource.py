"""The log, as the world sees it: read, searched, exported, never changed."""

from core.records.models import LogEntry
from core.resources import Resource
from tenants.areas import SETUP


class Log(Resource):
    """操作日志."""

    model = LogEntry
    menu = SETUP
    icon = "history"
    order_in_menu = 40
    columns = ("at", "actor_name", "verb", "resource", "record_text", "address")
    more_columns = ("changes", "impersonator_id")
    filters = ("at", "actor_name", "verb", "resource")
    search = ("actor_name", "record_text")
    order = ("-at", "-pk")
    verbs = ("view", "export")
