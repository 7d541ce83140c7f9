#!/usr/bin/env bash
# Shows bad models and data files to mlquant, 100,000 unless a number is given, and checks that each answer is a result or a message:
# no crash, no hang over 10 s, no stack trace, no file left, memory in proportion to the file. --seed S gives other inputs, --first I starts
# at input I. Uses ONNX's node cases as further starting points where libonnx-testdata is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec dotnet run -c Release --project test/Microsoft.ML.Quantization.Fuzzing -- "$@"
