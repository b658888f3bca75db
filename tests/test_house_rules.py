"""House rules that a reader could break without noticing: read from the syntax trees of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "webapp"
WRITERS_OF_ORDERS = ("services/orders/", "services/importing/", "demo/")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the program by its path within it."""
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call in a module."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_only_the_unit_of_work_commits() -> None:
    allowed = {"services/unit_of_work.py", "services/totals.py", "services/housekeeping.py"}
    found = {
        path
        for path, tree in modules()
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit" and not path.startswith("demo/")
    }
    assert found <= allowed, found - allowed


def test_orders_are_written_only_where_totals_and_history_are_written_too() -> None:
    found = set()
    for path, tree in modules():
        if path.startswith(WRITERS_OF_ORDERS):
            continue
        for call in calls(tree):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in ("update", "insert", "delete") and any(
                isinstance(argument, ast.Name) and argument.id == "Order" for argument in call.args
            ):
                found.add(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                sql = " ".join(node.value.lower().split())
                if sql.startswith(("update orders ", "insert into orders ", "delete from orders ")):
                    found.add(path)
    assert not found


def test_nothing_below_the_edges_knows_the_request() -> None:
    found = {
        path
        for path, tree in modules()
        if path.startswith(("services/", "domain/", "models/", "integrations/", "spreadsheets/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in ("flask", "flask_login")
        and {alias.name for alias in node.names} & {"request", "current_user", "session", "g"}
    }
    assert not found


def test_no_page_hides_what_its_frame_calls() -> None:
    frames = [(ROOT / "templates" / name).read_text(encoding="utf-8") for name in ("admin/base.html", "door.html")]
    called = {name for frame in frames for name in re.findall(r"(?<![.\w])(\w+)\(", frame)}
    assert "shell_of" in called
    found = {
        (path, word.arg)
        for path, tree in modules()
        for call in calls(tree)
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("render", "render_template")
        for word in call.keywords
        if word.arg in called
    }
    assert not found


def test_imports_stand_at_the_top() -> None:
    found = {
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not found


def test_no_file_is_too_long_to_be_read_in_one_sitting() -> None:
    long = {
        path.relative_to(ROOT.parent).as_posix(): lines
        for folder, limit in ((ROOT, 400), (ROOT.parent / "tests", 600))
        for path in folder.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }
    assert not long
