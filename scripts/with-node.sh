#!/bin/sh
# Runs a script of the project with a Node.js that is new enough: sh scripts/with-node.sh FILE [ARG ...]
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/node-path.sh"
PATH="$(dirname "$NODE"):$ROOT/node_modules/.bin:$PATH"
export PATH
exec "$NODE" "$@"
