"""Templates for pages whose every microsecond counts: one environment a language, constants rendered when compiled.

On the buyer's page looking up two dozen texts, icons and static addresses took longer than both statements and
everything else together. Here an expression that is made of string constants alone (`{{ _("…") }}`,
`{{ ui.icon("mail") }}`, `{{ url_for("static", filename="…") }}`) becomes plain template text before Jinja compiles it.
"""

from __future__ import annotations

import re
from typing import Any, cast

from flask import Flask, current_app
from flask.templating import Environment
from jinja2.ext import Extension

from webapp.formats import language

_CONSTANT = re.compile(
    r"""\{\{\s*(?:_|ui\.icon|ui\.status_glyph|url_for)\((?:(?:\w+=)?"(?:[^"\\]|\\.)*"(?:,\s*)?)+\)\s*\}\}"""
)
_MACROS = '{% import "macros/ui.html" as ui %}'


class _Constants(Extension):
    """Renders what does not change from one reader of a language to the next."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source if name == "macros/ui.html" else _CONSTANT.sub(_rendered, source)


def _rendered(found: re.Match[str]) -> str:
    return current_app.jinja_env.from_string(_MACROS + found[0]).render()


def render(name: str, **context: Any) -> str:
    """Render a template in the reader's language, without context processors: those ask who is signed in."""
    code = language()
    environments: dict[str, Environment] = current_app.extensions.setdefault("translated_templates", {})
    environment = environments.get(code)
    if environment is None:
        environment = environments[code] = _environment(cast(Flask, current_app.jinja_env.app))
    return environment.get_template(name).render(context)


def _environment(app: Flask) -> Environment:
    own = app.jinja_env
    environment = Environment(
        app,
        autoescape=app.select_jinja_autoescape,
        extensions=[_Constants, *(type(each) for each in own.extensions.values())],
        trim_blocks=own.trim_blocks,
        lstrip_blocks=own.lstrip_blocks,
        auto_reload=own.auto_reload,
    )
    environment.globals.update(own.globals)
    environment.filters.update(own.filters)
    environment.tests.update(own.tests)
    environment.policies.update(own.policies)
    return environment
