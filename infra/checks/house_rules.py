"""Rules of this house on the sources: what must not be written, and where it may be after all.

Each rule takes one file and gives its faults. Why they exist stands in infra/docs/decisions/.
"""

import ast
from collections.abc import Callable, Iterable, Iterator

from django.db.models import QuerySet

from infra.checks.sources import Finding, Source

Rule = Callable[[Source], Iterable[Finding]]

MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
SYSTEM_MANAGER = "rows"
"""The manager of a table that no person owns or sees, a job's for one: there is no scope to start with."""

# Names that mean the ORM and nothing else. `get`, `all`, `filter` and `values` mean too much.
QUERIES = frozenset(
    {
        *("select_related", "prefetch_related", "select_for_update", "values_list", "annotate", "order_by"),
        *("get_or_create", "update_or_create", "bulk_create", "bulk_update", "in_bulk", "aggregate"),
        *("refresh_from_db", "visible_to", "full_clean"),
        *("acreate", "aget_or_create", "aupdate_or_create", "abulk_create", "abulk_update", "acount"),
        *("aexists", "afirst", "alast", "alatest", "aearliest", "aaggregate", "ain_bulk", "aupdate"),
        *("asave", "arefresh_from_db", "aiterator"),
    }
)
QUERYING_FUNCTIONS = frozenset(
    {"run_in_company", "run_outside_companies", "get_object_or_404", "get_list_or_404", "aget_object_or_404"}
)

MANAGER_FOLDERS = (
    "core/access/",  # decides what is visible
    "core/records/",  # the base of every record: its lock, its log, its files
    "core/resources/",  # Resource.rows() starts here
    "core/db/",
    "core/jobs/",  # the system's own rows, which no surface shows but through a resource
    "core/live/",
    "core/reminders/",
    "tenants/companies/",  # the public registry: there is no user yet whose rows they could be
)
MANAGER_FILES = frozenset(
    {
        "models.py",  # a module's reads have names, and the names live here
        "services.py",  # verbs: whoever calls has been authorised on the record already
        "access.py",  # works out what a user may do, which cannot ask what the user may see
        "authentication.py",  # works out who the user is
    }
)
MANAGER_EXCEPTIONS = frozenset(
    {
        "console/management/commands/make_operator.py",  # run by whoever has the machine
        "crm/customers/duplicates.py",  # finds who is there already, seen or not
        "crm/demo/filling.py",  # fills a company with customers that nobody asked for
        "crm/demo/people.py",  # and with the people who own them
        "tenants/settings/demo.py",  # fills a company that nobody uses yet
        "tenants/people/administrators.py",  # keeps the last administrator, whoever asks
        "tenants/people/organisation.py",  # verbs of the tree: order, loops and depth concern all units
        "tenants/people/owned.py",  # hands over all that a user owns, seen or not
        "tenants/people/resource.py",  # every colleague and department can be named in a form
        "tenants/people/sessions.py",  # works out who the user is
        "tenants/people/signin_forms.py",  # nobody is signed in yet
        "tenants/people/signin_handover.py",  # nobody is signed in yet
        "tenants/people/tree.py",  # the scopes are worked out from the whole tree
    }
)
"""Files of a module that may use managers though their name does not say so, and why."""

SQL_FOLDERS = ("core/db/", "core/jobs/", "tenants/companies/")
SWITCH_FOLDERS = ("core/db/",)
SWITCHES = frozenset({"set_tenant", "set_schema", "set_schema_to_public", "tenant_context", "schema_context"})


def house_rules() -> tuple[Rule, ...]:
    """All rules."""
    return (
        no_orm_in_async_code,
        managers_only_in_the_access_layer,
        one_way_into_a_company,
        sql_only_in_the_database_layer,
        no_triggers,
    )


def no_orm_in_async_code(source: Source) -> Iterator[Finding]:
    """A query awaited on its own may run in another company than the one set before it: 381 of 400 did.

    A consumer hands one synchronous function over, which sets the company and queries inside.
    """
    for function in ast.walk(source.tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        for node in _own_nodes(function):
            what = _query_in(node)
            if what:
                yield source.finding(
                    node,
                    f"{what} in async code: put it in a synchronous function that sets the company "
                    "and queries inside, and await that",
                )


def managers_only_in_the_access_layer(source: Source) -> Iterator[Finding]:
    """What people see is looked up through `visible_to`, so that no surface can forget the scope."""
    yield from _managers_with_other_names(source)
    name = source.package.rsplit("/", 1)[-1]
    if (
        _is_below(source, MANAGER_FOLDERS)
        or name in MANAGER_FILES
        or source.package in MANAGER_EXCEPTIONS
        or "/migrations/" in source.package
    ):
        return
    named = _managers_asked_by_name(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and _is_manager(node) and id(node) not in named:
            yield source.finding(
                node,
                f".{node.attr} outside the access layer: start with resource.rows(user, action) or "
                ".visible_to(user, action), or with a read that has a name in models.py",
            )


def one_way_into_a_company(source: Source) -> Iterator[Finding]:
    """`run_in_company` is the one way: a context manager on the class restored the wrong company in
    328 of 400 uses across threads."""
    if _is_below(source, SWITCH_FOLDERS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                name = _last_name(item.context_expr)
                if name in {"tenant", "company"}:
                    yield source.finding(item.context_expr, f"with {name}: use run_in_company({name}, …)")
        elif isinstance(node, ast.Attribute) and node.attr in SWITCHES:
            yield source.finding(node, f"{node.attr}: use run_in_company(company, …)")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in SWITCHES:
                    yield source.finding(node, f"{alias.name}: use run_in_company(company, …)")


def sql_only_in_the_database_layer(source: Source) -> Iterator[Finding]:
    """Handwritten SQL can name another company's schema; the ORM cannot."""
    if _is_below(source, SQL_FOLDERS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = _last_name(node.func)
            if name in {"cursor", "raw", "extra", "RawSQL"} and _is_database(node.func, name):
                yield source.finding(node, f"{name}(…) outside core/db: write it with the ORM")


def no_triggers(source: Source) -> Iterator[Finding]:
    """A table with a trigger cannot be moved to another node as it is."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = " ".join(node.value.upper().split())
            if "CREATE TRIGGER" in words or "CREATE OR REPLACE TRIGGER" in words:
                yield source.finding(node, "a trigger: do it in the service, in the same transaction")


def _managers_asked_by_name(source: Source) -> set[int]:
    """The managers that are followed by `visible_to` or by a read that models.py defines.

    Django's own methods, `filter` and `get` above all, are no names: they say what is looked up here, not
    who may look. `get_queryset()` in between counts for nothing.
    """
    named = set()
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Attribute) or not _is_name_of_a_read(node.attr):
            continue
        owner = node.value
        if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr == "get_queryset":
            owner = owner.func.value
        if isinstance(owner, ast.Attribute) and owner.attr in {"objects", SYSTEM_MANAGER}:
            named.add(id(owner))
    return named


def _is_name_of_a_read(method: str) -> bool:
    return method == "none" or not (hasattr(QuerySet, method) or method == "get_queryset")


def _managers_with_other_names(source: Source) -> Iterator[Finding]:
    """A manager of another name than `objects` would walk past the rule above."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for statement in node.body:
            if isinstance(statement, ast.Assign):
                targets, value = statement.targets, statement.value
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                targets, value = [statement.target], statement.value
            else:
                continue
            if isinstance(value, ast.Call) and _makes_manager(value):
                for target in targets:
                    if isinstance(target, ast.Name) and target.id not in MANAGERS | {SYSTEM_MANAGER}:
                        yield source.finding(target, f"a manager named {target.id}: managers are named objects")


def _is_manager(node: ast.Attribute) -> bool:
    """Whether this is a model's manager: `rows` is one on a class only, a resource's rows have a scope."""
    if node.attr == SYSTEM_MANAGER:
        return isinstance(node.value, ast.Name) and node.value.id[:1].isupper()
    return node.attr in MANAGERS


def _makes_manager(call: ast.Call) -> bool:
    name = _last_name(call.func) or ""
    return name in {"as_manager", "from_queryset"} or name.endswith("Manager")


def _own_nodes(function: ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """What runs in the function itself: not the bodies of functions defined in it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))


def _query_in(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and _is_manager(node):
        return f".{node.attr}"
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in QUERIES:
            return f".{node.func.attr}()"
        if isinstance(node.func, ast.Name) and node.func.id in QUERYING_FUNCTIONS:
            return f"{node.func.id}()"
        if isinstance(node.func, ast.Attribute) and node.func.attr == "save" and not node.args:
            return ".save()"
    return None


def _is_database(function: ast.expr, name: str) -> bool:
    """Whether a call of that name means the database: `raw` and `extra` are words for other things too."""
    if name == "RawSQL":
        return True
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value)
    if name == "cursor":
        return "connection" in owner
    return any(f".{manager}" in owner for manager in MANAGERS) or "rows" in owner


def _last_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _is_below(source: Source, folders: tuple[str, ...]) -> bool:
    return source.package.startswith(folders)
