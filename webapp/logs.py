"""Logs: one line an event; readable words in development, JSON in production, on standard error.

Third-party logs (`logging`) come out in the same form. What is bound with `structlog.contextvars` (a request id, a
job id) stands on every line, so that an id shown to a person finds its lines.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from webapp.settings import Settings

HIDDEN = "…"
_SECRET_NAME = re.compile(r"password|secret|token|authorization|cookie|api_?key", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(\w[\w+.-]*://[^\s/:@]*):[^\s/@]+@")
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    # Local variables hold what people typed: passwords, addresses, tokens.
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_BUYER_PAGE = re.compile(r"/o/[^\s?#\"']+")


def hide_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Values whose name says that they are secret, passwords inside addresses, and the tokens of buyers' pages are not
    written: whoever has such a token sees the order."""
    for name, value in entry.items():
        if _SECRET_NAME.search(name):
            entry[name] = HIDDEN
        elif isinstance(value, str) and "/" in value:
            entry[name] = _BUYER_PAGE.sub(rf"/o/{HIDDEN}", _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", value))
    return entry


def setup(settings: Settings) -> None:
    """Send every log line of this process to standard error. Called by the program's entries, once."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        hide_secrets,
    ]
    last: list[Processor] = (
        [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if settings.production
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("rq.worker", "rq.job", "httpx", "alembic", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
