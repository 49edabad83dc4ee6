"""What no linter knows about this program: each ban is a mistake that costs a crash, a leak or a lost answer.

A ban reads a syntax tree and yields the lines that break it. The planted examples below prove that each one bites.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

Finding = tuple[int, str]
Ban = Callable[[ast.AST], Iterator[Finding]]

# --- text from outside is never read as markup ---

DRAWING_CALLS = {
    "Button", "Checkbox", "Collapsible", "Label", "Option", "RadioButton", "Static", "Tab", "TabPane",
    "add_column", "add_columns", "add_leaf", "add_option", "add_row", "notify", "update", "update_cell",
    "update_cell_at",
}  # fmt: skip
DRAWN_KEYWORDS = {"content", "label", "message", "prompt", "title", "tooltip"}
DRAWN_ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}


def markup_escape(tree: ast.AST) -> Iterator[Finding]:
    """``escape()`` is no defence: ``[ @click=app.quit]`` passes it and still runs."""
    for line, names in _imports(tree):
        if names & {"rich.markup", "textual.markup"}:
            yield line, "text from outside goes through Content, Text or tui.present, not through markup"


def built_markup(tree: ast.AST) -> Iterator[Finding]:
    """A string put together from values, handed to something that reads strings as markup."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "from_markup":
            drawn = node.args[:1]
        elif isinstance(node, ast.Call) and _name(node.func) in DRAWING_CALLS and not _says_no_markup(node):
            drawn = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in DRAWN_KEYWORDS)]
        elif isinstance(node, ast.Assign) and any(_name(target) in DRAWN_ATTRIBUTES for target in node.targets):
            drawn = [node.value]
        else:
            continue
        for value in drawn:
            if _is_built(value):
                yield value.lineno, "a string built from values is read as markup here; make it Content or Text"


def _is_built(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return any(_is_built(side) or _is_text(side) for side in (left, right))
        case ast.Call(func=ast.Attribute(attr="format", value=value)):
            return _is_text(value)
        case ast.Call(func=ast.Attribute(attr="join", value=value)):
            return _is_text(value)
        case ast.Call(func=ast.Name(id="str")):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _is_built(body) or _is_built(orelse)
        case ast.Starred(value=value):
            return _is_built(value)
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
            return _is_built(element)
        case ast.BoolOp(values=values):
            return any(_is_built(value) for value in values)
    return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _says_no_markup(call: ast.Call) -> bool:
    return any(
        keyword.arg == "markup" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in call.keywords
    )


def _imports(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Each import's line, and what it names: ``from time import sleep`` names time and time.sleep."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield node.lineno, {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, {node.module, *(f"{node.module}.{name.name}" for name in node.names)}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# --- waiting is on events ---


def waiting(tree: ast.AST) -> Iterator[Finding]:
    """A pause of some length is too short on a slow machine and too long on every other."""
    sentence = "wait for what you wait for: an event, a worker, a line of output"
    for line, names in _imports(tree):
        if names & {"time.sleep", "asyncio.sleep"}:
            yield line, sentence
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = f"{_name(node.func.value)}.{node.func.attr}"
            if called == "time.sleep" or (called in {"asyncio.sleep", "pilot.pause"} and _takes_time(node)):
                yield node.lineno, sentence


def _takes_time(call: ast.Call) -> bool:
    # A named interval is how often something is looked at, as the screens look for other people's commits.
    delays = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(not _is_nothing(delay) and not _name(delay).isupper() for delay in delays)


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


# --- the screens ---


def cleared_table(tree: ast.AST) -> Iterator[Finding]:
    """Clearing a table sends its cursor to the top, under the hands of the person using it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clear":
            of = node.func.value
            called_on = _name(of) if not isinstance(of, ast.Call) else " ".join(_name(argument) for argument in of.args)
            if called_on.lower().endswith("table"):
                yield node.lineno, "patch the rows by key; clear() sends the cursor to the top"


def deaf_bindings(tree: ast.AST) -> Iterator[Finding]:
    """Textual collects the bindings of its own classes only; those of a plain mixin never fire."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.bases:
            for statement in node.body:
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
                if any(_name(target) == "BINDINGS" for target in targets):
                    yield statement.lineno, "bindings of a class that is no widget or screen are ignored"


def undeliverable_keys(tree: ast.AST) -> Iterator[Finding]:
    """Keys that many terminals never send, or send as another key."""
    for node in ast.walk(tree):
        bound = node.args[:1] if isinstance(node, ast.Call) and _name(node.func) == "Binding" else []
        for keys in bound:
            for key in str(getattr(keys, "value", "")).split(","):
                if key in {"ctrl+enter", "ctrl+m", "ctrl+h", "ctrl+i", "ctrl+j"} or key.startswith("ctrl+shift+"):
                    yield keys.lineno, f"{key} does not arrive in every terminal"


# --- the store ---


def awaiting_store(tree: ast.AST) -> Iterator[Finding]:
    """An await inside a transaction lets another task commit into it, and the rollback takes both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield node.lineno, "the store is synchronous and runs in one thread"


def impure_rule(tree: ast.AST) -> Iterator[Finding]:
    """A rule that looks at the clock or rolls dice cannot be tested, replayed or predicted."""
    sentence = "rules are pure: now, ids and chance are arguments"
    for line, names in _imports(tree):
        if {name.partition(".")[0] for name in names} & {"time", "random", "secrets", "uuid"}:
            yield line, sentence
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in {"now", "today", "utcnow"}:
            yield node.lineno, sentence


def slow_import(tree: ast.AST) -> Iterator[Finding]:
    """``phonenumbers.geocoder`` takes five seconds and two hundred megabytes."""
    for line, names in _imports(tree):
        if "phonenumbers.geocoder" in names:
            yield line, "phonenumbers.geocoder is never imported"


PROGRAM = ("store", "tui", "screens")
WHERE: dict[Ban, tuple[str, ...]] = {
    markup_escape: PROGRAM,
    built_markup: ("tui", "screens"),
    waiting: (*PROGRAM, "tests"),
    cleared_table: ("tui", "screens"),
    deaf_bindings: ("tui", "screens"),
    undeliverable_keys: ("tui", "screens"),
    awaiting_store: ("store",),
    impure_rule: ("store/rules",),
    slow_import: PROGRAM,
}

PLANTED = [
    (markup_escape, "from rich.markup import escape"),
    (markup_escape, "from textual.markup import escape"),
    (markup_escape, "import rich.markup"),
    (built_markup, "Static(f'{lead.name}')"),
    (built_markup, "widgets.Label('for ' + name)"),
    (built_markup, "self.notify('%s logged' % name)"),
    (built_markup, "self.notify(message='{} logged'.format(name), title='Done')"),
    (built_markup, "table.add_row('1', str(lead.name))"),
    (built_markup, "table.add_row(*(f'{cell}' for cell in cells))"),
    (built_markup, "row.update(name if short else f'{name}, {title}')"),
    (built_markup, "panel.border_title = f'Log: {name}'"),
    (built_markup, "Content.from_markup(f'[b]{name}[/b]')"),
    (waiting, "time.sleep(1)"),
    (waiting, "from time import sleep"),
    (waiting, "await asyncio.sleep(0.1)"),
    (waiting, "await pilot.pause(delay)"),
    (cleared_table, "self.table.clear()"),
    (cleared_table, "self.query_one(DataTable).clear()"),
    (deaf_bindings, "class Verbs:\n    BINDINGS = []"),
    (deaf_bindings, "class Verbs:\n    BINDINGS: ClassVar[list[Binding]] = []"),
    (undeliverable_keys, "Binding('ctrl+shift+l', 'log')"),
    (undeliverable_keys, "Binding('enter,ctrl+m', 'open')"),
    (awaiting_store, "async def claim(): ..."),
    (impure_rule, "import time"),
    (impure_rule, "from random import choice"),
    (impure_rule, "due = datetime.now(UTC)"),
    (impure_rule, "due = date.today()"),
    (slow_import, "from phonenumbers import geocoder"),
    (slow_import, "import phonenumbers.geocoder"),
]

INNOCENT = [
    (markup_escape, "from textual.content import Content"),
    (built_markup, "Static('[b]Log[/b]')"),
    (built_markup, "Label(f'{name}', markup=False)"),
    (built_markup, "Static(Content(f'{name}'), id=f'lead-{key}')"),
    (built_markup, "table.add_row(Text(name), key=str(lead.id))"),
    (built_markup, "Content.from_markup('[b]$name[/b]', name=name)"),
    (built_markup, "seen.update({name: 1})"),
    (waiting, "await asyncio.sleep(0)"),
    (waiting, "await asyncio.sleep(LOOK_EVERY)"),
    (waiting, "await pilot.pause()"),
    (cleared_table, "self.marks.clear()"),
    (deaf_bindings, "class Verbs(Screen):\n    BINDINGS = []"),
    (undeliverable_keys, "Binding('ctrl+p,l', 'palette')"),
    (awaiting_store, "def claim(): ..."),
    (impure_rule, "from datetime import time"),
    (slow_import, "import phonenumbers"),
]


@pytest.mark.parametrize("ban", WHERE, ids=lambda ban: ban.__name__)
def test_nobody_does_it(ban: Ban) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {sentence}"
        for folder in WHERE[ban]
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, sentence in ban(ast.parse(path.read_bytes()))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("ban", "code"), PLANTED)
def test_a_planted_mistake_is_found(ban: Ban, code: str) -> None:
    assert list(ban(ast.parse(code)))


@pytest.mark.parametrize(("ban", "code"), INNOCENT)
def test_the_right_way_is_left_alone(ban: Ban, code: str) -> None:
    assert not list(ban(ast.parse(code)))


# --- the repository speaks of itself alone ---

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|(?:home|Users)/\w+)/")


def tracked_files() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.split("\0") if (ROOT / name).is_file()]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [name for name in tracked_files() if MACHINE_PATH.search((ROOT / name).read_text(errors="replace"))]
    assert not found


@pytest.mark.parametrize("path", ["work/lists", "root/.config", "home/ana/sales", "Users/ana/sales"])
def test_a_planted_folder_is_found(path: str) -> None:
    assert MACHINE_PATH.search(f"see /{path}/x")


@pytest.mark.parametrize(
    "text", ["framework/lists/x", "store/root/x", "the ./home/ana/x folder", "https://example.com/root/"]
)
def test_other_slashes_are_left_alone(text: str) -> None:
    assert not MACHINE_PATH.search(text)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_names_versions_and_hashes_alone(lock: str) -> None:
    shape = re.compile(r'[\w.-]+==[\w.!+-]+( ; [\w \'".<>=!()]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?')
    odd = [line for line in (ROOT / lock).read_text().splitlines() if not shape.fullmatch(line)]
    assert not odd


def test_only_our_own_locks_are_kept() -> None:
    assert not [name for name in tracked_files() if re.search(r"(uv\.lock|pylock.*\.toml|package-lock\.json)$", name)]
