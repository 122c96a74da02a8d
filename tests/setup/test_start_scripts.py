"""`./run` as a user meets it: which Python it takes, and when it goes straight to the program."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ["run", "test", ".ci/run", "scripts/check", "scripts/setup/ready.sh"]

# Answers the version question as a Python of that version would, and tells when set-up is started.
STUB = """#!/bin/sh
case "$*" in
  *version_info*) exit {answer} ;;
  *scripts.setup.install*) cat >/dev/null; echo "set up by {name}: $*" >&2; exit {setup} ;;
esac
"""


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def stub_python(folder: Path, name: str, *, good: bool, setup: int = 0) -> Path:
    text = STUB.format(answer=0 if good else 127, name=f"{folder.name}/{name}", setup=setup)
    return executable(folder / name, text)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the scripts and no more, its path holding a space."""
    root = tmp_path / "my drums"
    for script in SCRIPTS:
        (root / script).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / script, root / script)
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (root / "constraints.txt").write_text("torch==1\n\n", encoding="utf-8")
    return root


def tools(tmp_path: Path) -> Path:
    """A folder with the few commands that the scripts use, and no Python."""
    folder = tmp_path / "tools"
    folder.mkdir(exist_ok=True)
    for name in ("bash", "sh", "cat", "readlink", "dirname"):
        found = shutil.which(name)
        assert found
        if not (folder / name).exists():
            (folder / name).symlink_to(found)
    return folder


def start(
    checkout: Path, *words: str, path: list[Path], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    search = os.pathsep.join(str(folder) for folder in [*path, tools(checkout.parent)])
    return subprocess.run(
        [str(checkout / "run"), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PATH": search, "PYTHONPATH": "/elsewhere"},
    )


def make_ready(checkout: Path, kind: str = "app") -> None:
    """Write the environment that a finished set-up leaves."""
    executable(
        checkout / ".venv/bin/python", '#!/bin/sh\necho "program: $*"\nread line && echo "$line"\nexit 3\n'
    )
    texts = [(checkout / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "constraints.txt")]
    stamp = "\n".join([str(checkout), *(text.rstrip("\n") for text in texts)])
    (checkout / ".venv" / f"ready-{kind}").write_text(stamp, encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_parse(script: str) -> None:
    done = subprocess.run(["bash", "-n", str(ROOT / script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_takes_a_python_that_runs_and_not_one_that_only_lies_on_the_path(
    checkout: Path, tmp_path: Path
) -> None:
    stub_python(tmp_path / "shims", "python3.12", good=False)
    stub_python(tmp_path / "shims", "python3", good=True, setup=1)
    stub_python(tmp_path / "system", "python3.11", good=True, setup=1)
    done = start(checkout, path=[tmp_path / "shims", tmp_path / "system"])
    assert "set up by system/python3.11" in done.stderr
    assert done.returncode == 1


def test_a_stand_in_hides_no_working_python_of_the_same_name(checkout: Path, tmp_path: Path) -> None:
    stub_python(tmp_path / "shims", "python3.12", good=False)
    stub_python(tmp_path / "system", "python3.12", good=True, setup=1)
    stub_python(tmp_path / "system", "python3.11", good=True, setup=1)
    done = start(checkout, path=[tmp_path / "shims", tmp_path / "system"])
    assert "set up by system/python3.12" in done.stderr


def test_a_machine_with_other_pythons_only_gets_a_sentence(checkout: Path, tmp_path: Path) -> None:
    stub_python(tmp_path / "system", "python3", good=False)
    done = start(checkout, "steps", "--json", path=[tmp_path / "system"])
    assert done.returncode == 1
    assert done.stdout == ""
    assert "needs Python 3.11 or 3.12" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_set_up_gets_the_kind_the_folder_and_the_programs_words(checkout: Path, tmp_path: Path) -> None:
    stub_python(tmp_path / "system", "python3", good=True, setup=1)
    done = start(checkout, "--cuda", "play", "a b.mid", path=[tmp_path / "system"])
    assert f"app --cuda --root {checkout} -- play a b.mid" in done.stderr


def test_a_second_start_goes_straight_to_the_program(checkout: Path, tmp_path: Path) -> None:
    make_ready(checkout)
    stub_python(tmp_path / "system", "python3", good=True)
    done = start(checkout, "steps", "a b.mid", path=[tmp_path / "system"], cwd=tmp_path)
    assert done.stdout == "program: -P -m drumstudio steps a b.mid\n"
    assert done.stderr == ""
    assert done.returncode == 3


def test_a_link_to_the_script_starts_it_too(checkout: Path, tmp_path: Path) -> None:
    make_ready(checkout)
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "drumstudio"
    link.symlink_to("../my drums/run")
    done = subprocess.run([str(link), "--version"], capture_output=True, text=True, check=False)
    assert done.stdout == "program: -P -m drumstudio --version\n"


@pytest.mark.parametrize("change", ["pins", "project", "moved", "broken", "libraries", "unstamped", "cuda"])
def test_whatever_changed_is_set_up_again(checkout: Path, tmp_path: Path, change: str) -> None:
    make_ready(checkout)
    stub_python(tmp_path / "system", "python3", good=True)
    words: list[str] = []
    if change == "pins":
        (checkout / "constraints.txt").write_text("torch==2\n", encoding="utf-8")
    elif change == "project":
        (checkout / "pyproject.toml").write_text("[tool]\n", encoding="utf-8")
    elif change == "moved":
        checkout = checkout.rename(tmp_path / "elsewhere")
    elif change == "broken":
        (checkout / ".venv/bin/python").unlink()
        (checkout / ".venv/bin/python").symlink_to("/nowhere/python3.11")
    elif change == "libraries":
        (checkout / ".venv/missing-libraries").touch()
    elif change == "unstamped":
        (checkout / ".venv/ready-app").unlink()
    else:
        words = ["--cuda"]
    done = start(checkout, *words, path=[tmp_path / "system"])
    assert "set up by system/python3" in done.stderr
