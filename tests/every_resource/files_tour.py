"""What can be asked of the files of a row: those attached to it, and those that its custom fields hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from core.records.attachments import file_hold
from core.records.custom import Kind, custom_fields
from core.records.models import Attachment
from tenants.fields.services import field_create
from tests.every_resource.scene import attach
from tests.every_resource.steps import Asking, Step


class Files(Asking):
    """The steps about files."""

    @property
    def _has_files(self) -> bool:
        return any(panel.name == "files" for panel in self.resource.panels)

    def _held(self) -> Iterator[Step]:
        """The file in a custom field, which is there before the first step is taken."""
        name = self._with_file_field()

        def upload() -> tuple[bytes, str]:
            file = SimpleUploadedFile(f"{self.mark}.txt", f"{self.mark} sent".encode())
            return encode_multipart(BOUNDARY, {"file": file}), MULTIPART_CONTENT

        api = f"api-{self.resource.name}-held"

        def sends(method: str) -> Callable[[Client], Any]:
            def send(client: Client) -> Any:
                self._back()
                body, kind = upload() if method == "PUT" else (b"", MULTIPART_CONTENT)
                return client.generic(method, reverse(api, kwargs={"pk": self.row.pk, "field": name}), body, kind)

            return send

        yield self._page("held", "view", of_row=True, before=self._back, more={"field": name})
        yield Step(api, "view", "GET", True, sends("GET"))
        if "change" in self.resource.all_verbs:
            yield Step(api, "change", "PUT", True, sends("PUT"))
            yield Step(api, "change", "DELETE", True, sends("DELETE"))

    def _with_file_field(self) -> str:
        values = {"module": self.resource.name, "label": "Held", "kind": Kind.FILE}
        known = [field.name for field in custom_fields(self.resource.name) if field.type == Kind.FILE]
        name = known[0] if known else f"c_{field_create(values, by=self.user).pk}"
        if not self.is_elsewhere:
            file = SimpleUploadedFile(f"{self.mark}.txt", f"{self.mark} held".encode())
            self.row.custom = {name: file_hold(self.row, name, file, by=self.user)}
            type(self.row)._base_manager.filter(pk=self.row.pk).update(custom=self.row.custom)
        return name

    def _file(self) -> dict[str, Any]:
        self._back()
        kept = Attachment.objects.filter(resource=self.resource.name, record_id=self.row.pk, field="").first()
        return {"file": (kept or attach(self.row, self.user, self.mark)).pk}

    def _files(self) -> Iterator[Step]:
        yield self._page("file", "view", of_row=True, before=self._file)
        yield self._api("attachments", "view", of_row=True, before=self._back)
        yield self._api("attachment", "view", of_row=True, before=self._file)

    def _file_changes(self) -> Iterator[Step]:
        def upload() -> Mapping[str, Any]:
            return {"file": SimpleUploadedFile(f"{self.mark}.txt", f"{self.mark} sent".encode())}

        yield self._page("files", "change", "POST", upload, of_row=True, before=self._back)
        yield self._page("file-remove", "change", "POST", of_row=True, before=self._file)
        api = f"api-{self.resource.name}-attachments"

        def send(client: Client) -> Any:
            self._back()
            return client.post(reverse(api, kwargs={"pk": self.row.pk}), upload())

        yield Step(api, "change", "POST", True, send)
        yield self._api("attachment", "change", "DELETE", of_row=True, before=self._file)
