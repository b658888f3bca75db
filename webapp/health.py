"""`/healthz`: this process is alive. `/readyz`: its database and its queue answer."""

from __future__ import annotations

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp import queues
from webapp.extensions import csrf, db

blueprint = Blueprint("health", __name__)


def init(app: Flask) -> None:
    """Register both."""
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Alive. Asks nobody."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether the database and the queue are reachable. A queue that is away delays work but loses none."""
    try:
        db.session.execute(text("select 1"))
        database = "ok"
    except SQLAlchemyError:
        database = "unreachable"
    queue = "ok" if queues.answers() else "unreachable"
    ready = database == queue == "ok"
    return jsonify(status="ok" if ready else "not ready", database=database, queue=queue), 200 if ready else 503
