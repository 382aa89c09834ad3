# Sets NODE to a Node.js of version 24 or newer: the machine's own, or the one that
# scripts/setup.mjs brought. Sourced with ROOT set.
NODE=
if command -v node >/dev/null 2>&1; then
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  [ "$major" -ge 24 ] && NODE=$(command -v node)
fi
[ -z "$NODE" ] && [ -x "$ROOT/.node/node_modules/.bin/node" ] && NODE="$ROOT/.node/node_modules/.bin/node"
if [ -z "$NODE" ]; then
  echo "weir: needs Node.js 24 or newer: run 'npm start' once in $ROOT, which brings it." >&2
  exit 1
fi
