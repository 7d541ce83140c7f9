#!/usr/bin/env bash
# Puts ONNX Runtime's native library under eng/onnxruntime (ignored by git) and prints the library's path. Tests that compare with
# ONNX Runtime find it there; without it they say so and are inconclusive. Running it again changes nothing.
set -euo pipefail

version=1.30.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$root/eng/onnxruntime

case "$(uname -s)" in
  Linux) system=linux; name='libonnxruntime.so*' ;;
  Darwin) system=darwin; name='libonnxruntime*.dylib' ;;
  MINGW* | MSYS* | CYGWIN*) system=win32; name='onnxruntime.dll' ;;
  *) echo "get-onnxruntime: no package for $(uname -s); expected Linux, macOS or Windows" >&2; exit 1 ;;
esac
case "$(uname -m)" in
  x86_64 | amd64) processor=x64 ;;
  aarch64 | arm64) processor=arm64 ;;
  *) echo "get-onnxruntime: no package for $(uname -m); expected x86-64 or arm64" >&2; exit 1 ;;
esac

library() {
  find "$folder/node_modules/onnxruntime-node/bin" -path "*/$system/$processor/*" -name "$name" 2>/dev/null | LC_ALL=C sort | head -n 1
}
installed() {
  grep -q "\"version\": \"$version\"" "$folder/node_modules/onnxruntime-node/package.json" 2>/dev/null && [ -n "$(library)" ]
}

if ! installed; then
  command -v npm >/dev/null || { echo "get-onnxruntime: npm was not found; install Node.js, or set MLQ_ONNXRUNTIME to the library's path" >&2; exit 1; }
  mkdir -p "$folder"
  # No scripts: the package's own would download GPU builds.
  npm install --ignore-scripts --no-save --no-package-lock --no-audit --no-fund --silent --prefix "$folder" "onnxruntime-node@$version" >&2
fi
installed || { echo "get-onnxruntime: onnxruntime-node $version has no library for $system/$processor" >&2; exit 1; }
library
