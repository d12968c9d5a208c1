"""`make clients`: a Python client and TypeScript types, from the contract and the documents of the cookbook.

To have clients of documents of your own, put them in place of the cookbook's and run it again.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.graphql.cookbook import PAGE, recipes

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "app" / "graphql" / "schema.graphql"
ARIADNE = HERE / ".venv" / "bin" / "ariadne-codegen"
NODE_PROGRAMS = HERE / "node_modules" / ".bin"


def lacking_for_python() -> str | None:
    """What is not here for `python_client`, in words; None: nothing."""
    return None if ARIADNE.exists() else "ariadne-codegen is not installed: make clients"


def lacking_for_typescript() -> str | None:
    """What is not here for `typescript_types`, in words; None: nothing."""
    if shutil.which("node") is None:
        return "there is no node on this machine"
    return None if NODE_PROGRAMS.is_dir() else "graphql-codegen is not installed: make clients"


def python_client(folder: Path) -> Path:
    """The package `sua_client` in the folder. It needs httpx and pydantic."""
    words = {"{schema}": SCHEMA, "{documents}": _documents(folder), "{folder}": folder}
    text = (HERE / "ariadne.toml").read_text()
    for word, path in words.items():
        text = text.replace(f'"{word}"', f'"{path.as_posix()}"')
    config = folder / "ariadne.toml"
    config.write_text(text)
    _run([str(ARIADNE), "--config", str(config)], folder)
    return folder / "sua_client"


def typescript_types(folder: Path) -> Path:
    """`sua.ts` in the folder: the contract's types, and those of every document's variables and answer."""
    types = folder / "sua.ts"
    places = {"SUA_SCHEMA": SCHEMA, "SUA_DOCUMENTS": _documents(folder), "SUA_TYPES": types}
    told = {name: str(path) for name, path in places.items()}
    _run([str(NODE_PROGRAMS / "graphql-codegen"), "--config", str(HERE / "codegen.cjs")], HERE, told)
    return types


def compiled(*sources: Path) -> tuple[int, str]:
    """tsc's exit code and complaints, in its strictest form. The sources stand in one folder."""
    config = sources[0].with_name("tsconfig.json")
    files = [str(each) for each in sources]
    config.write_text(json.dumps({"extends": str(HERE / "tsconfig.json"), "files": files}))
    command = [str(NODE_PROGRAMS / "tsc"), "--project", str(config)]
    told = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return told.returncode, told.stdout + told.stderr


def _documents(folder: Path) -> Path:
    path = folder / "cookbook.graphql"
    path.write_text("\n".join(step.document for each in recipes(PAGE.read_text()) for step in each.steps))
    return path


def _run(command: list[str], folder: Path, told: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **(told or {})}
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stdout}{done.stderr}")


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{python_client(folder)}\n")
    lacking = lacking_for_typescript()
    sys.stdout.write(f"{lacking or typescript_types(folder)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
