"""What people send in forms, without the one sign that PostgreSQL takes in no text: NUL."""

from __future__ import annotations

from typing import IO, Any

from flask import Request
from werkzeug.formparser import FormDataParser


class _Parser(FormDataParser):
    """Reads a body; no value and no name of a file has a NUL. Nobody can type one, and JSON columns refuse it too."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        """The rest of the body, the form, and its files."""
        rest, form, files = super().parse(stream, mimetype, content_length, options)
        for file in files.values():
            file.filename = _without(file.filename) if file.filename else file.filename
        values = list(form.items(multi=True))
        if any("\0" in value for _name, value in values):
            form = self.cls([(name, _without(value)) for name, value in values])
        return rest, form, files


class FormRequest(Request):
    """A request whose form can be written to any database."""

    form_data_parser_class = _Parser


def _without(text: str) -> str:
    return text.replace("\0", "")
