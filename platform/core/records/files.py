"""Uploads: what is taken, checked by content; stored privately; named safely."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

# Extension -> the content types `filetype` may find behind it; an empty set: plain text, which has no signature.
ALLOWED: dict[str, frozenset[str]] = {
    "pdf": frozenset({"application/pdf"}),
    "png": frozenset({"image/png"}),
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "gif": frozenset({"image/gif"}),
    "webp": frozenset({"image/webp"}),
    "xlsx": frozenset({"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"}),
    "docx": frozenset({"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"}),
    "pptx": frozenset({"application/vnd.openxmlformats-officedocument.presentationml.presentation", "application/zip"}),
    "xls": frozenset({"application/vnd.ms-excel", "application/x-ole-storage", "application/msword"}),
    "doc": frozenset({"application/msword", "application/x-ole-storage", "application/vnd.ms-excel"}),
    "ppt": frozenset({"application/vnd.ms-powerpoint", "application/x-ole-storage", "application/msword"}),
    "zip": frozenset({"application/zip"}),
    "rar": frozenset({"application/x-rar-compressed", "application/vnd.rar"}),
    "7z": frozenset({"application/x-7z-compressed"}),
    "mp3": frozenset({"audio/mpeg"}),
    "m4a": frozenset({"audio/mp4", "video/mp4"}),
    "mp4": frozenset({"video/mp4"}),
    "txt": frozenset(),
    "csv": frozenset(),
}
PREVIEWED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
TEXT_TYPES = {"txt": "text/plain", "csv": "text/csv"}
MARKUP = re.compile(rb"<\s*(!doctype|html|svg|script|body|iframe|\?xml)", re.IGNORECASE)
UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
LOGO_SIDE = 512  # pixels


def safe_name(name: str) -> str:
    """The file's name without folders, control characters, direction marks and what file systems refuse."""
    base = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    cleaned = UNSAFE_IN_NAMES.sub("_", base).strip(" .") or "file"
    stem, dot, extension = cleaned.rpartition(".")
    return cleaned if len(cleaned) <= 120 else f"{stem[: 119 - len(extension)]}{dot}{extension}"


def checked_type(upload: UploadedFile[Any]) -> str:
    """The content type of an upload, found from its content; ValidationError if type or size are refused."""
    name = safe_name(upload.name or "")
    size = upload.size or 0
    if size == 0:
        raise ValidationError(_("The file “%(name)s” is empty.") % {"name": name}, code="empty")
    if size > settings.ATTACHMENT_MAX_BYTES:
        limit = filesizeformat(settings.ATTACHMENT_MAX_BYTES)
        raise ValidationError(
            _("The file “%(name)s” is larger than %(limit)s.") % {"name": name, "limit": limit}, code="too_large"
        )
    extension = PurePosixPath(name).suffix.lstrip(".").lower()
    if extension not in ALLOWED:
        raise ValidationError(
            _("Files of the type “%(type)s” are not accepted. Accepted are: %(accepted)s.")
            % {"type": extension or "?", "accepted": ", ".join(ALLOWED)},
            code="wrong_type",
        )
    upload.seek(0)
    head = upload.read(8192)
    upload.seek(0)
    found = filetype.guess_mime(head)
    if ALLOWED[extension]:
        if found not in ALLOWED[extension]:
            raise ValidationError(
                _("The content of “%(name)s” is not what its name says.") % {"name": name}, code="wrong_content"
            )
        return str(found)
    if found is not None or b"\x00" in head or MARKUP.search(head):
        raise ValidationError(_("The content of “%(name)s” is not plain text.") % {"name": name}, code="wrong_content")
    return TEXT_TYPES[extension]


def checked_logo(upload: UploadedFile[Any]) -> ContentFile[bytes]:
    """The picture re-encoded as PNG, at most LOGO_SIDE pixels a side: nothing but pixels survives.

    ValidationError for what is no PNG, JPEG, GIF or WebP picture (SVG among them).
    """
    if checked_type(upload) not in PREVIEWED:
        raise ValidationError(_("Please choose a picture (PNG, JPEG, GIF or WebP)."), code="no_picture")
    try:
        with Image.open(upload) as picture:
            picture.load()
            small = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValidationError(_("The picture can't be read."), code="broken_picture") from error
    small.thumbnail((LOGO_SIDE, LOGO_SIDE))
    encoded = io.BytesIO()
    small.save(encoded, "PNG", optimize=True)
    return ContentFile(encoded.getvalue(), name="logo.png")


def files_delete(folder: str) -> None:
    """Delete a folder of the private storage with all below it; nothing to do when it is not there."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in filter(None, files):  # object storage may list the folder itself, without a name
        default_storage.delete(f"{folder}/{name}")
    for name in filter(None, folders):
        files_delete(f"{folder}/{name}")
    default_storage.delete(folder)
