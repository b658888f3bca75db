"""The documents say what is so: settings, commands, statuses, codes, columns and links are compared with the code."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest

import webapp.models  # noqa: F401 -- maps every table
from webapp import cli
from webapp.domain.actors import EVERYTHING
from webapp.domain.errors import ERRORS
from webapp.domain.order_acts import OrderFacts
from webapp.domain.order_edits import Part, editable_parts
from webapp.domain.order_status import TABS, TRANSITIONS, OrderStatus
from webapp.domain.payment import PaymentStatus, payment_allowed
from webapp.domain.permissions import ROLE_PERMISSIONS, Permission, Role
from webapp.domain.words import STATUS_LABELS
from webapp.extensions import Base
from webapp.services.exporting.choice import COLUMNS as EXPORTED
from webapp.services.exporting.choice import Choice
from webapp.services.importing.order_columns import COLUMNS as ORDER_COLUMNS
from webapp.services.importing.status_rows import COLUMNS
from webapp.services.orders.filters import ListFilter
from webapp.settings import Settings
from webapp.spreadsheets import FileProblem

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
CODE = re.compile(r"`([^`]+)`")

Row = list[str]


def tables(path: Path, heading: str = "") -> Iterator[list[Row]]:
    """The tables of a page, each as rows of cells, its head first; with `heading` only those of that section."""
    text = path.read_text(encoding="utf-8")
    if heading:
        level = len(heading.partition(" ")[0])
        below = text.partition(f"\n{heading}\n")[2]
        text = re.split(rf"^#{{1,{level}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]
    for block in re.findall(r"(?:^\|.*\|\n)+", text + "\n", flags=re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        yield [row for row in rows if not set("".join(row)) <= set("-: ")]


def table(path: Path, *head: str) -> list[Row]:
    """The rows of the one table of a page whose head begins with these cells."""
    found = [rows[1:] for rows in tables(path) if rows[0][: len(head)] == list(head)]
    assert len(found) == 1, f"{path.name} has {len(found)} tables {head}"
    return found[0]


def codes(cell: str) -> list[str]:
    """What stands in backticks in a cell."""
    return CODE.findall(cell)


class Recorder(Mapping[str, Any]):
    """A mapping that remembers which names were asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values_ = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self.values_[name]

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return self.values_.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


# --- Settings -------------------------------------------------------------------------------------------------------


def settings_read(tmp_path: Path) -> tuple[set[str], Settings]:
    """Every variable that the program reads, and the settings that their defaults give."""
    environment = Recorder({"LAPAK_INSTANCE": str(tmp_path / "instance")})
    return environment.asked, Settings.from_env(environment)


def test_every_setting_is_described_and_no_other(tmp_path: Path) -> None:
    read, settings = settings_read(tmp_path)
    described = {codes(row[0])[0]: row[1] for row in table(DOCS / "operations/running.md", "variable")}
    assert described.keys() == read
    for name, default in described.items():
        kept = getattr(settings, name.removeprefix("LAPAK_").lower(), None)
        if default.startswith("`") and name not in ("LAPAK_DATABASE_URL", "LAPAK_BASE_URL", "LAPAK_INSTANCE"):
            assert codes(default)[0] == str(kept), name
    assert {field.name for field in fields(Settings)} == {
        "instance_dir" if name == "LAPAK_INSTANCE" else name.removeprefix("LAPAK_").lower() for name in read
    }


def test_the_settings_of_the_readme_are_true_ones(tmp_path: Path) -> None:
    read, _ = settings_read(tmp_path)
    whole = {codes(row[0])[0]: row[1] for row in table(DOCS / "operations/running.md", "variable")}
    short = {codes(row[0])[0] for row in table(ROOT / "README.md", "variable")}
    assert short
    assert short <= read == whole.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_setting_that_nobody_reads(page: Path, tmp_path: Path) -> None:
    read, _ = settings_read(tmp_path)
    assert set(re.findall(r"LAPAK_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8"))) <= read


# --- Commands -------------------------------------------------------------------------------------------------------


def commands(command: click.Command, name: str = "lapak") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by what one types."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    with click.Context(command) as context:
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None
            yield from commands(inner, f"{name} {word}")


COMMANDS = dict(commands(cli.main))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("page", ["contracts.md", "operations/running.md"])
def test_every_command_is_described_with_its_options(page: str, name: str) -> None:
    described = {codes(row[0])[0]: row[1] for row in table(DOCS / page, "command") if "lapak" in row[0]}
    words = [row for row in described if re.fullmatch(rf"{name}( [A-Z]+| \[[A-Z]+\]| totals)*", row)]
    assert len(words) == 1, f"{name} in {page}"
    told = " ".join(described.values()) if name == "lapak run" else described[words[0]]
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option) and option.name != "help":
            assert option.opts[-1] in told, option.opts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_command_that_there_is_not(page: Path) -> None:
    for typed in re.findall(r"`(?:[\w./]*/)?(lapak [a-z][^`]*)`", page.read_text(encoding="utf-8")):
        assert any(typed == name or typed.startswith(f"{name} ") for name in COMMANDS), typed


def test_every_command_has_one_line_of_help() -> None:
    for name, command in COMMANDS.items():
        assert command.help, name
    assert all(line.endswith(".") for _, line in cli.COMMANDS.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_make_target_that_there_is_not(page: Path) -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, flags=re.MULTILINE)) <= known


# --- The domain ----------------------------------------------------------------------------------------------------


def test_the_tables_of_statuses_are_the_table_of_the_code() -> None:
    parcel, digital = [
        {codes(start)[0]: codes(to) for start, to in rows[1:]}
        for rows in tables(DOCS / "domain.md", "## Order statuses")
        if rows[0] == ["from", "to"]
    ]
    for told, is_digital in ((parcel, False), (digital, True)):
        assert list(told) == [status.value for status in OrderStatus]
        assert {(start, to) for start, targets in told.items() for to in targets} == {
            (start.value, to.value) for (start, to), step in TRANSITIONS.items() if step.digital in (None, is_digital)
        }


def test_every_arrow_of_the_diagram_is_a_step() -> None:
    text = (DOCS / "domain.md").read_text(encoding="utf-8")
    arrows = re.findall(r"^    (\w+) --> (\w+)(: digital)?$", text, flags=re.MULTILINE)
    assert len(arrows) == text.count("-->") > 0
    for start, to, digital in arrows:
        assert TRANSITIONS[OrderStatus(start), OrderStatus(to)].digital in ((True,) if digital else (None, False))


def test_statuses_have_their_labels_in_every_language() -> None:
    told = {row[0].strip("`"): tuple(row[1:4]) for row in table(DOCS / "domain.md", "code", "English")}
    assert told == {status.value: labels for status, labels in STATUS_LABELS.items()}
    assert list(told) == [status.value for status in OrderStatus]


def test_the_table_of_permissions_is_the_table_of_the_code() -> None:
    (head, *rows) = next(rows for rows in tables(DOCS / "domain.md") if rows[0][0] == "permission")
    assert head[1:] == [role.value for role in Role]
    told = {
        (Role(role), Permission(codes(permission)[0]))
        for permission, *ticks in rows
        for role, tick in zip(head[1:], ticks, strict=True)
        if tick == "✓"
    }
    assert told == {(role, permission) for role, permissions in ROLE_PERMISSIONS.items() for permission in permissions}
    assert [codes(row[0])[0] for row in rows] == [permission.value for permission in Permission]


def test_tabs_and_payments_are_those_of_the_code() -> None:
    tabs = {codes(tab)[0]: set(codes(statuses)) for tab, statuses in table(DOCS / "domain.md", "tab")}
    assert tabs == {tab: {status.value for status in statuses} for tab, statuses in TABS.items()}
    payments = {codes(start)[0]: set(codes(to)) for start, to in table(DOCS / "domain.md", "from", "to, by hand")}
    assert payments == {
        start.value: {to.value for to in PaymentStatus if payment_allowed(start, to)} for start in PaymentStatus
    }


def test_what_may_be_edited_is_the_table_of_the_code() -> None:
    def facts(*, channel: bool, paid: bool) -> OrderFacts:
        payment = PaymentStatus.PAID if paid else PaymentStatus.UNPAID
        return OrderFacts("n", OrderStatus.PENDING, payment, channel_rules=channel)

    rows = table(DOCS / "domain.md", "part", "on a channel's own order")
    assert (
        {codes(part)[0] for part, *_ in rows}
        == {part.value for part in Part}
        == editable_parts(facts(channel=False, paid=False))
    )
    for column, order in ((1, facts(channel=True, paid=False)), (2, facts(channel=False, paid=True))):
        assert {codes(row[0])[0] for row in rows if row[column] != "no"} == editable_parts(order)


# --- Contracts ------------------------------------------------------------------------------------------------------


def test_every_code_of_a_refusal_is_described_with_its_status() -> None:
    told = {codes(code)[0]: int(status) for code, status, _ in table(DOCS / "contracts.md", "code", "HTTP")}
    assert told == {code.value: kind.status for code, kind in ERRORS.items()}


def test_everything_that_can_be_wrong_with_a_file_is_described() -> None:
    told = [codes(code)[0] for code, _ in table(DOCS / "contracts.md", "code", "means")]
    assert told == [problem.value for problem in FileProblem]


def test_the_columns_of_the_status_file_are_described() -> None:
    told = {codes(name)[0]: required == "yes" for name, required, _ in table(DOCS / "contracts.md", "column")}
    assert told == {column.name: column.required for column in COLUMNS}


def test_the_columns_of_the_orders_file_are_described() -> None:
    told = [name for names, _ in table(DOCS / "contracts.md", "column of orders") for name in codes(names)]
    assert told == [column.name for column in ORDER_COLUMNS]


def test_the_columns_of_a_download_are_described() -> None:
    told = [name for headers, _ in table(DOCS / "contracts.md", "header") for name in codes(headers)]
    assert told == [column.name for column in EXPORTED]
    asked = Recorder({})
    Choice.from_params(asked, EVERYTHING)
    assert {name for row in table(DOCS / "contracts.md", "of a download") for name in codes(row[0])} == asked.asked


def test_every_parameter_of_the_list_is_described() -> None:
    asked = Recorder({"unknown": ["x"]})  # no parameter at all is answered unread
    ListFilter.from_params(asked)
    told = {name for row in table(DOCS / "contracts.md", "parameter") for name in codes(row[0])}
    assert told == asked.asked | {"after", "before", "at", "columns"}  # places and looks, not filters


# --- The data model -------------------------------------------------------------------------------------------------


def test_tables_and_columns_are_those_of_the_models() -> None:
    told = {
        codes(name)[0]: columns for rows in tables(DOCS / "data-model.md", "## Tables") for name, columns, _ in rows[1:]
    }
    assert told.keys() == Base.metadata.tables.keys()
    for name, columns in told.items():
        assert columns == ", ".join(_column(column) for column in Base.metadata.tables[name].columns), name


def _column(column: Any) -> str:
    target = next(iter(column.foreign_keys), None)
    return column.name + ("?" if column.nullable else "") + (f" → {target.column.table.name}" if target else "")


def test_every_index_of_orders_has_its_reason() -> None:
    told = {code for row in table(DOCS / "data-model.md", "index") for code in codes(row[0])}
    assert told == {str(index.name) for index in Base.metadata.tables["orders"].indexes}


# --- Pages ----------------------------------------------------------------------------------------------------------


def test_every_term_of_the_glossary_has_one_sentence_and_what_to_avoid() -> None:
    blocks = (DOCS / "glossary.md").read_text(encoding="utf-8").split("\n\n")
    entries = [" ".join(block.split()) for block in blocks if block.startswith("**")]
    terms = []
    for entry in entries:
        found = re.fullmatch(r"\*\*([^*]+)\*\* – (.+?\.) \*Avoid:\* ([^.]+(?:\([^)]*\))?[^.]*)\.", entry)
        assert found, entry
        terms.append(found[1])
    assert len(terms) == len({term.lower() for term in terms}) > 40


def test_decisions_are_numbered_without_a_gap_and_have_four_parts() -> None:
    pages = sorted((DOCS / "adr").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    for number, page in zip(numbers, pages, strict=True):
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Rejected", "Cost"]
        assert len(text.splitlines()) <= 60, "one page"


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_headings_go_down_one_step_at_a_time(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_page_of_the_documents_is_linked() -> None:
    linked = set()
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            linked.add((page.parent / target).resolve())
    assert not [page.name for page in PAGES if page.is_relative_to(DOCS) and page not in linked]


def test_files_that_pages_name_exist() -> None:
    for page in PAGES:
        for path in CODE.findall(page.read_text(encoding="utf-8")):
            if re.fullmatch(r"(webapp|tests|migrations|docs|static|requirements|benchmarks)/[\w./-]*\w", path):
                built = path.startswith(("static/vendor", "static/icons"))
                assert built or (ROOT / path).exists() or "NNNN" in path, f"{page.name}: {path}"


# --- What no file may hold -------------------------------------------------------------------------------------------

_HOMES = "|".join(("ro" + "ot", "ho" + "me/[a-z]", "Us" + "ers/[a-z]", "wo" + "rk/"))
MACHINE_PATHS = re.compile(rf"(?<![\w.:/<>{{}}%*-])/(?:{_HOMES})")
REGISTRIES = ("pyp" + "i.org", "pythonho" + "sted.org", "npm" + "js.org", "yarn" + "pkg.com")
TEXTS = {"", ".py", ".md", ".toml", ".json", ".lock", ".txt", ".html", ".css", ".js", ".mjs", ".po", ".svg", ".mako"}


def tracked() -> list[Path]:
    """Every text file of the project that git keeps, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.suffix in TEXTS and path.is_file()]


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = []
    for path in tracked():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if MACHINE_PATHS.search(line) or any(host in line for host in REGISTRIES):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


def test_every_module_says_what_it_is_for() -> None:
    without = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "webapp").rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not without
