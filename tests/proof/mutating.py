"""Mutants of one module, a change each, and whether its tests notice: `python -m tests.proof.mutating FILE TEST ...`.

Each mutant is tried in a process forked from one that has loaded every library and nothing of ours, so that a try
costs a second, and what has imported a function from the mutated module has the mutated one. mutmut and cosmic-ray
were looked at: the first runs a rewritten copy of the whole tree and brings eleven packages, the second starts pytest
anew for each mutant.
"""

import argparse
import ast
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_OURS = ("bot", "storage", "tests")
_MOST_MEMORY = 4 << 30
_SWAPPED: dict[type[ast.AST], tuple[type[Any], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.Div: (ast.Mult,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}
_CHANGED_ITSELF = (ast.Compare, ast.BoolOp, ast.UnaryOp)
_NOT_RUN = ("annotation", "returns", "decorator_list", "type_comment")
"""Parts of the tree whose change no caller could notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one change: in which function, on which line of its source, and what stands there instead."""

    function: str
    line: str
    becomes: str
    code: CodeType


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of the module, in the order of its lines."""
    source = path.read_text(encoding="utf-8")
    lines, tree = source.splitlines(), ast.parse(source)
    for function, parent, field, node in _places(tree, ""):
        for variant in _variants(node):
            _put(parent, field, node, variant)
            yield Mutant(
                function=function,
                line=lines[node.lineno - 1].strip(),
                becomes=f"{_said(node)} -> {_said(variant)}",
                code=compile(ast.fix_missing_locations(tree), str(path), "exec"),
            )
            _put(parent, field, variant, node)


def _places(parent: ast.AST, function: str) -> Iterator[tuple[str, ast.AST, str, Any]]:
    """Every part of the tree that runs, with where it hangs: (function, parent, field of the parent, node)."""
    if isinstance(parent, (ast.FunctionDef, ast.ClassDef)):
        function = f"{function}.{parent.name}".strip(".")
    for field, value in ast.iter_fields(parent):
        if field in _NOT_RUN:
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                if hasattr(node, "lineno"):
                    yield function, parent, field, node
                yield from _places(node, function)


def _put(parent: ast.AST, field: str, old: ast.AST, new: ast.AST) -> None:
    value = getattr(parent, field)
    if isinstance(value, list):
        value[next(position for position, each in enumerate(value) if each is old)] = new
    else:
        setattr(parent, field, new)


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in this part's place."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for position, op in enumerate(ops):
                for other in _SWAPPED[type(op)]:
                    changed = [*ops[:position], other(), *ops[position + 1 :]]
                    yield _at(node, ast.Compare(left=left, ops=changed, comparators=comparators))
        case ast.BoolOp(op=op, values=values):
            yield _at(node, ast.BoolOp(op=_SWAPPED[type(op)][0](), values=values))
            for position in range(len(values)):
                rest = values[:position] + values[position + 1 :]
                yield rest[0] if len(rest) == 1 else _at(node, ast.BoolOp(op=op, values=rest))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SWAPPED:
            yield _at(node, ast.BinOp(left=left, op=_SWAPPED[type(op)][0](), right=right))
        case ast.Constant(value=bool(value)):
            yield _at(node, ast.Constant(not value))
        case ast.Constant(value=int(number)):
            yield from (_at(node, ast.Constant(number + 1)), _at(node, ast.Constant(number - 1)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _OPPOSITE:
            yield _at(node, ast.Call(func=ast.Name(_OPPOSITE[name], ast.Load()), args=args, keywords=keywords))
        case ast.IfExp(test=test, body=body, orelse=orelse) if not isinstance(test, _CHANGED_ITSELF):
            yield _at(node, ast.IfExp(test=ast.UnaryOp(ast.Not(), test), body=body, orelse=orelse))
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
            yield from _without_a_filter(node)
        case ast.Return(value=value) if value is not None and _said(value) != "None":
            yield _at(node, ast.Return(ast.Constant(None)))
        case ast.If(test=test, body=body, orelse=orelse):
            if not isinstance(test, _CHANGED_ITSELF):
                yield _at(node, ast.If(test=ast.UnaryOp(ast.Not(), test), body=body, orelse=orelse))
            if not orelse:
                yield _at(node, ast.Pass())
        case ast.AugAssign() | ast.Continue() | ast.Expr(value=ast.Call()):
            yield _at(node, ast.Pass())
        case _:
            return


def _without_a_filter(node: Any) -> Iterator[ast.AST]:
    for position, loop in enumerate(node.generators):
        for condition in loop.ifs:
            less = ast.comprehension(
                target=loop.target, iter=loop.iter, ifs=[one for one in loop.ifs if one is not condition], is_async=0
            )
            parts = {name: value for name, value in ast.iter_fields(node) if name != "generators"}
            generators = [*node.generators[:position], less, *node.generators[position + 1 :]]
            yield _at(node, type(node)(**parts, generators=generators))


def _at(place: ast.AST, node: ast.AST) -> ast.AST:
    return ast.copy_location(node, place)


def _said(node: ast.AST) -> str:
    """The part as it would be written, a statement's body cut off."""
    return ast.unparse(node).splitlines()[0]


class _Mutated(MetaPathFinder, Loader):
    """Gives the mutated module to whoever imports it."""

    def __init__(self, path: Path, code: CodeType) -> None:
        self._name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        self._path = path
        self._code = code

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self._path, loader=self) if name == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


def _try(folder: Path, tests: Sequence[str], mutated: _Mutated, report: Path | None = None) -> int:
    """Begin to run the tests in a process of its own; return its id. It ends with pytest's exit code."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        # What hypothesis finds of a mutant must not be tried on the real thing for ever after.
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "hypothesis")
        sys.meta_path.insert(0, mutated)
        options = ["-x", "-q", "-k", "not postgresql", "-p", "no:cacheprovider", f"--basetemp={folder / 'tmp'}"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # pytest's plugins are loaded by now
        code = int(pytest.main([*options, *tests]))
        if report is not None:
            libraries = [name for name in list(sys.modules) if name.split(".")[0] not in _OURS]
            report.write_text(json.dumps(libraries))
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must not go on here
        code = 3
    os._exit(code)


def _wait(children: dict[int, tuple[Any, float, Path]], *, seconds: float) -> Iterator[tuple[Any, int | None]]:
    """Yield (what was tried, exit code or None for too long) of those that have ended."""
    for child, (what, began, folder) in list(children.items()):
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended and time.monotonic() - began > seconds:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            ended, status = child, -1
        if ended:
            del children[child]
            shutil.rmtree(folder, ignore_errors=True)
            yield what, None if status == -1 else os.waitstatus_to_exitcode(status)


def _load_libraries(path: Path, tests: Sequence[str]) -> float:
    """Run the tests on the module as it is, load here what they needed, and return how many seconds they take then."""
    unchanged = _Mutated(path, compile(path.read_text(encoding="utf-8"), str(path), "exec"))
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    _must_pass(_try(folder, tests, unchanged, folder / "libraries"))
    with warnings.catch_warnings(action="ignore"):
        for name in json.loads((folder / "libraries").read_text()):
            # Some are parts that only their own package can load.
            with suppress(Exception):
                importlib.import_module(name)
    # Once more, from here: else whatever keeps the tests from running at all would pass for a kill.
    began = time.monotonic()
    _must_pass(_try(folder, tests, unchanged))
    shutil.rmtree(folder)
    return time.monotonic() - began


def _must_pass(child: int) -> None:
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("the tests fail without any mutant")


def main() -> None:
    """Print a line of JSON for each mutant: where it is, what was changed, and its fate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--only", type=int, help="try so many of them, evenly spread")
    parser.add_argument("--function", help="try those in this function")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    path = (ROOT / asked.file).resolve()
    mutants = [one for one in mutants_of(path) if asked.function in (None, one.function)]
    if asked.only and asked.only < len(mutants):
        mutants = [mutants[len(mutants) * number // asked.only] for number in range(asked.only)]
    seconds = 20 + 4 * _load_libraries(path, asked.tests)
    children: dict[int, tuple[Any, float, Path]] = {}
    waiting = list(reversed(mutants))
    while waiting or children:
        while waiting and len(children) < asked.jobs:
            mutant, folder = waiting.pop(), Path(tempfile.mkdtemp(prefix="mutant-"))
            children[_try(folder, asked.tests, _Mutated(path, mutant.code))] = (mutant, time.monotonic(), folder)
        for mutant, code in _wait(children, seconds=seconds):
            fate = {0: "survived", None: "killed by time"}.get(code, "killed")
            said = {"function": mutant.function, "line": mutant.line, "becomes": mutant.becomes, "fate": fate}
            print(json.dumps(said, ensure_ascii=False), flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
