"""Puts the site's pages together in build/docs, for MkDocs to make build/site of.

    python -m tools.site.stage

README is the first page; the others lie as in the repository. What they link to that is no page gets one: a source file as it
is, a folder as a list of what is in it. Pages on contracts are made of the compiler's output; pages on Python name modules, whose
docstrings mkdocstrings reads. No link may lead nowhere: MkDocs fails then.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from offchain.bindings.artifacts import comments, load_all
from offchain.io.paths import PROJECT
from tools.site import natspec
from tools.site.dialect import for_mkdocs
from tools.write_abi import declared

STAGE: Final = PROJECT / "build" / "docs"
BESIDE: Final = tuple(
    PROJECT / "tools" / "site" / name for name in ("site.css", "iframe-worker.js")
)
SOURCE: Final = PurePosixPath("source")
"""Where pages of source files and folders are."""
FOUND_LAST: Final = ("source/", "python/", "contracts/", "CHANGELOG.md")
"""Pages that a search shows after those written for whoever asks."""
HOME: Final = "README.md"
PAGES: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "RELEASING.md", "SECURITY.md")
"""Beside those of docs/ and READMEs of parts."""

_LINK_OR_CODE: Final = re.compile(
    r"^```.*?^```$|(?P<text>\[(?:`[^`\n]*`|[^\]`])*\]\()(?P<target>[^)\s]+)\)|`(?:[^`\n]|\n(?!\n))+`",
    re.MULTILINE | re.DOTALL,
)
_LANGUAGES: Final = {
    ".sol": "solidity",
    ".py": "python",
    ".ts": "typescript",
    ".json": "json",
    ".yml": "yaml",
}
_LONGEST: Final = 200_000
"""Of longer files a page has the first bytes: figures in JSON."""


def head(name: str) -> str:
    """What a page begins with: how much its being found counts, a heading being worth a thousand words of text."""
    return "---\nsearch:\n  boost: 0.001\n---\n\n" if name.startswith(FOUND_LAST) else ""


def main() -> None:
    """Makes the folder anew."""
    shutil.rmtree(STAGE, ignore_errors=True)
    for name, text in staged().items():
        path = STAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head(name) + text, encoding="utf-8")
    for name in files():
        if name.endswith((".svg", ".png")):
            (STAGE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, STAGE / name)
    for path in BESIDE:
        shutil.copy(path, STAGE)


def staged(project: Path = PROJECT) -> dict[str, str]:
    """Every page of the site by its path.

    Raises:
        CompileError: the contracts do not compile.
    """
    sources: set[str] = set()
    pages = {
        _placed(name): _page(name, (project / name).read_text(encoding="utf-8"), sources)
        for name in _pages()
    }
    made = contracts() | modules()
    return pages | made | dict(_sources(sources)) | {"reference.md": _reference(made)}


def files() -> list[str]:
    """What is, or is about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return sorted({name for name in done.stdout.splitlines() if (PROJECT / name).exists()})


def _pages() -> list[str]:
    own = [name for name in files() if name.endswith(".md") and not name.startswith(".")]
    return [name for name in own if "/" in name or name in PAGES]


def _placed(name: str) -> str:
    return "index.md" if name == HOME else name


# Links


def _page(name: str, text: str, sources: set[str]) -> str:
    """The page with links that lead within the site; notes in `sources` which files and folders have to have pages."""
    return for_mkdocs(_LINK_OR_CODE.sub(lambda found: _led(name, found, sources), text))


def _led(page: str, found: re.Match[str], sources: set[str]) -> str:
    """A link as it is on the site; code as it is."""
    path, hash_, anchor = (found["target"] or "").partition("#")
    if not path or "://" in path or path.startswith("mailto:"):
        return found[0]
    target = os.path.normpath(PurePosixPath(page).parent / path)
    place = _placed(target)
    is_picture = target.endswith((".svg", ".png"))
    if not is_picture and target not in _pages():
        sources.add(target)
        place = str(source_page(target))
    led = os.path.relpath(place, PurePosixPath(_placed(page)).parent)
    return f"{found['text']}{led}{hash_}{anchor})"


def source_page(target: str) -> PurePosixPath:
    """Where the page of a file or folder is."""
    if (PROJECT / target).is_dir():
        return SOURCE / ("" if target == "." else target) / "index.md"
    return SOURCE / f"{target}.md"


# Sources


def _sources(asked: set[str]) -> Iterator[tuple[str, str]]:
    """Pages of the files and folders asked for, and of the folders above, so that there is a way back."""
    folders = {str(one) for name in asked for one in PurePosixPath(name).parents}
    everything = files()
    for name in sorted(asked | folders):
        if (PROJECT / name).is_dir():
            yield str(source_page(name)), _folder(name, everything, asked | folders)
        else:
            yield str(source_page(name)), _file(name)


def _folder(name: str, everything: list[str], known: set[str]) -> str:
    prefix = "" if name == "." else f"{name}/"
    inside = {
        one.removeprefix(prefix).split("/")[0] for one in everything if one.startswith(prefix)
    }
    lines = []
    for one in sorted(inside):
        path = f"{prefix}{one}"
        label = f"`{one}/`" if (PROJECT / path).is_dir() else f"`{one}`"
        if path in known:
            led = os.path.relpath(source_page(path), source_page(name).parent)
            label = f"[{label}]({led})"
        lines.append(f"- {label}")
    return "\n".join([*_hidden(name if name != "." else "The repository"), *lines]) + "\n"


def _file(name: str) -> str:
    text = (PROJECT / name).read_text(encoding="utf-8", errors="replace")[:_LONGEST].rstrip("\n")
    fence = "`" * (3 + max((len(found) for found in re.findall(r"`{3,}", text)), default=0))
    language = _LANGUAGES.get(PurePosixPath(name).suffix, "text")
    return "\n".join([*_hidden(name), f"{fence}{language}", text, fence]) + "\n"


def _hidden(title: str) -> list[str]:
    """The head of a page that a search does not find: it has no sentences."""
    return ["---", "search:", "  exclude: true", "---", "", f"# {title}", ""]


# What the code says of itself


def contracts() -> dict[str, str]:
    """A page for each contract and interface that is not there for tests."""
    told, artifacts = comments(), load_all()
    return {
        f"contracts/{name}.md": natspec.page(name, one.source, artifacts[name].abi, told[name])
        for name, one in declared().items()
        if not one.is_double and artifacts[name].abi
    }


def modules() -> dict[str, str]:
    """A page for each package of Python, with all its modules."""
    found: dict[str, list[str]] = {}
    for name in files():
        if name.startswith("offchain/") and name.endswith(".py"):
            module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            package = str(PurePosixPath(name).parent).replace("/", ".")
            if not name.endswith("__main__.py"):
                found.setdefault(package, []).append(module)
    return {
        f"python/{package}.md": "\n\n".join(
            [f"# {package}", *(f"::: {module}" for module in sorted(names))]
        )
        + "\n"
        for package, names in found.items()
    }


def _reference(made: Mapping[str, Any]) -> str:
    """What leads to the pages that were made."""
    lines = [
        "# Reference",
        "",
        "What the code says of itself, by the compiler's and Python's own reading of it.",
    ]
    for folder, title in (("contracts", "Contracts"), ("python", "Python")):
        lines += ["", f"## {title}", ""]
        named = sorted(name for name in made if name.startswith(f"{folder}/"))
        lines += [
            f"- [{PurePosixPath(name).stem if folder == 'contracts' else name[len(folder) + 1 : -3]}]({name})"
            for name in named
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
