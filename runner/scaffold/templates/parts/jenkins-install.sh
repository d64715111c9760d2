set -euo pipefail
rm -f report.json report.html junit.xml plan.json plan.md # of earlier builds
rm -rf journals
python3 -m venv --clear .venv
PATH=$PWD/.venv/bin:$PATH
python -m pip install --quiet --disable-pip-version-check "$RUNNER"
