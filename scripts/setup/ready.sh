# Sourced by `run` and `test` with $root set: makes sure that $root/.venv can run the program.
# Kept to what the bash 3.2 of macOS knows; everything slow is in install.py.

# A user's own settings for other Python programs must not reach into this one's environment.
unset PYTHONHOME PYTHONPATH

supported() { # whether $1 is a Python that works and has the right version
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1
}

# Prints the first suitable interpreter.  Each is tried by running it: a version manager's
# stand-in can be first on the PATH and yet answer "command not found".
find_python() {
  local name path IFS=$'\n'
  for name in ${PYTHON:+"$PYTHON"} python3.12 python3.11 python3 python; do
    for path in $(type -aP "$name"); do
      if supported "$path"; then
        printf '%s\n' "$path"
        return
      fi
    done
  done
  return 1
}

# What .venv was made for.  It is moved, outdated or unfinished when its stamp says something else.
wanted_stamp() {
  printf '%s\n%s\n%s' "$root" "$(<"$root/pyproject.toml")" "$(<"$root/constraints.txt")"
}

current() { # current app|test [--cuda]: whether .venv needs nothing
  local stamp=$root/.venv/ready-$1
  [[ -r $stamp && -x $root/.venv/bin/python && ! -e $root/.venv/missing-libraries ]] || return 1
  [[ ${2-} != --cuda || -e $root/.venv/cuda ]] || return 1
  [[ $(<"$stamp") == "$(wanted_stamp)" ]]
}

ready() { # ready app|test [--cuda] -- ARGS OF THE PROGRAM...
  local kind=$1 cuda= python
  shift
  if [[ $1 == --cuda ]]; then
    cuda=--cuda
    shift
  fi
  shift
  if current "$kind" $cuda; then
    return
  fi
  if ! python=$(find_python); then
    echo "DrumStudio needs Python 3.11 or 3.12, and none of the commands python3.12, python3.11," \
      "python3 and python here is one; install it (on Debian or Ubuntu:" \
      "sudo apt-get install python3.12, or python3.11) and start again." >&2
    exit 1
  fi
  wanted_stamp | PYTHONPATH=$root PYTHONDONTWRITEBYTECODE=1 \
    "$python" -P -m scripts.setup.install "$kind" $cuda --root "$root" -- "$@" || exit
}
