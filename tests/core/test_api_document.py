"""The OpenAPI document and its page: valid, complete, true to what the API takes and answers."""

import re
from typing import Any

import pytest
from django.urls import URLPattern
from django.utils import translation
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from core.api import schema, urls
from core.resources import Resource
from core.resources.registry import resources
from tests.every_resource.scene import full_row
from tests.factories import make, make_administrator

pytestmark = pytest.mark.django_db

NAMED = {"pk": "id"}

every_resource = pytest.mark.parametrize("resource", resources.values(), ids=resources)


@pytest.fixture
def document(client: Any) -> dict[str, Any]:
    """The document as an administrator gets it."""
    client.force_login(make_administrator(language="zh-hans"))
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json;version=3.1"
    found: dict[str, Any] = answer.json()
    return found


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_address_stands_in_it(document: dict[str, Any]) -> None:
    served = {
        "/api/" + re.sub(r"<\w+:(\w+)>", lambda found: f"{{{NAMED.get(found[1], found[1])}}}", str(pattern.pattern))
        for pattern in urls.urlpatterns
        if isinstance(pattern, URLPattern) and pattern.name not in {"api-schema", "api-docs", "api-nothing"}
    }
    assert set(document["paths"]) == served


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["summary"]
        assert {"401", "403"} <= set(operation["responses"])


def test_it_speaks_the_users_language(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["UsersNew"]["properties"]["username"]["title"] == "登录名"
    with translation.override("en"):
        assert schema.document()["components"]["schemas"]["UsersNew"]["properties"]["username"]["title"] == "Login name"


@every_resource
def test_it_names_exactly_the_fields_that_are_taken(document: dict[str, Any], resource: Resource) -> None:
    if "add" not in resource.verbs:
        pytest.skip("nothing is added to it")
    described = document["components"]["schemas"][f"{type(resource).__name__}New"]
    form = resource.form_for(make_administrator())
    assert set(described["properties"]) == set(form.fields)
    assert set(described.get("required", [])) <= {name for name, field in form.fields.items() if field.required}


@every_resource
def test_it_describes_what_is_answered(client: Any, document: dict[str, Any], resource: Resource) -> None:
    full_row(resource)
    page = client.get(f"/api/{resource.name}/").json()
    assert page["results"]
    answer = document["paths"][f"/api/{resource.name}/"]["get"]["responses"]["200"]["content"]["application/json"]
    described = {**answer["schema"], "components": document["components"]}
    assert [error.message for error in OAS31Validator(described).iter_errors(page)] == []
    described_row = document["components"]["schemas"][type(resource).__name__]["properties"]
    assert set(page["results"][0]) == set(described_row)


@every_resource
def test_it_lists_every_filter(document: dict[str, Any], resource: Resource) -> None:
    parameters = document["paths"][f"/api/{resource.name}/"]["get"]["parameters"]
    assert set(resource.filters) | {"page", "size", "sort"} <= {each["name"] for each in parameters}


def test_it_holds_nothing_of_the_company(client: Any) -> None:
    schema._document.cache_clear()
    user = make_administrator(name="KANARI", language="en")
    make(resources["options"].model, kind="position", name="KANARI")
    client.force_login(user)
    assert b"KANARI" not in client.get("/api/schema/").content


def test_the_page_tells_every_operation_and_problem(client: Any, document: dict[str, Any]) -> None:
    text = client.get("/api/docs/").content.decode()
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in text
    for code in ("stale", "values", "permission"):
        assert f'id="{code}"' in text
    assert "登录名" in text
    assert "curl -X PATCH" in text


def test_the_page_keeps_to_the_content_security_policy(client: Any, document: dict[str, Any]) -> None:
    text = client.get("/api/docs/").content.decode()
    assert not re.search(r"<[^>]+\s(style|on\w+)=", text)
    foreign = re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', text)
    assert foreign == []
    scripts = [tag for tag in re.findall(r"<script[^>]*>", text) if 'type="application/json"' not in tag]
    assert all("nonce=" in tag or "src=" in tag for tag in scripts)


def test_the_page_asks_for_sign_in(client: Any) -> None:
    answer = client.get("/api/docs/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/api/docs/")
