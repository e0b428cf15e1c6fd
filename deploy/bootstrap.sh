#!/bin/sh
# Makes .venv from requirements.lock, once per change of the lock file. Says in one sentence what is missing.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf '\n%s\n%s\n\n' "$1" "$2" >&2
    exit 1
}

python=
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "缺少 Python 3.11 至 3.13：请先安装 python3。" \
    "Python 3.11 to 3.13 is missing: install python3 first."

stamp=.venv/.ready
wanted=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)-$("$python" -c 'import sys; print(*sys.version_info[:2])')
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

"$python" -c 'import ensurepip, venv' 2>/dev/null || fail "缺少 Python 虚拟环境组件：请安装 python3-venv。" \
    "Python's venv module is missing: install python3-venv."
"$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' ||
    fail "缺少 Python 头文件：请安装 python3-dev。" "Python's headers are missing: install python3-dev."
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 ||
    fail "缺少 C 编译器：请安装 gcc（或 build-essential）。" "A C compiler is missing: install gcc (or build-essential)."

echo "正在准备运行环境（首次约 1 至 3 分钟） · setting up, the first time takes 1 to 3 minutes" >&2
[ -x .venv/bin/python ] || "$python" -m venv .venv
# durable-rules compiles without optimisation by itself, and Python 3.13 dropped a name that it uses.
CPPFLAGS="-O2 -DPyEval_CallObject=PyObject_CallObject" \
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock ||
    fail "安装依赖失败：请检查软件包源是否可达。" "Installing the packages failed: check that a package index can be reached."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ||
    fail "安装本项目失败。" "Installing the project itself failed."
printf '%s' "$wanted" >"$stamp"
