#!/usr/bin/env bash
# Runs the specifications of the category "Engine" on every engine that this machine supports, one process for each (MLQ_ENGINE), then
# with .NET's switches that hide instructions, where all engines that remain run in one process. The last line says what ran.
#
#   build/test-every-engine.sh [--no-build] [RESULTS-FOLDER]
set -u -o pipefail
cd "$(dirname "$0")/.."

build=1
if [ "${1:-}" = --no-build ]; then build=0; shift; fi
results="${1:-$PWD/artifacts/engine-results}"
assemblies=$(printf "artifacts/bin/Microsoft.ML.Quantization.%s.Tests/release/Microsoft.ML.Quantization.%s.Tests.dll " Kernels Kernels Graphs Graphs Onnx Onnx)
tool=artifacts/bin/Microsoft.ML.Quantization.Tool/release/mlquant.dll

if [ "$build" -eq 1 ]; then
  for project in test/Microsoft.ML.Quantization.{Kernels,Graphs,Onnx}.Tests src/Microsoft.ML.Quantization.Tool; do
    dotnet build -c Release -v q "$project" </dev/null || exit 1
  done
fi

# What the machine says it supports; MachineSpecs holds that list against the processor's flags, under every switch.
engines=$(dotnet "$tool" engines </dev/null | awk '$2 == "yes" { print $1 }')
if [ -z "$engines" ]; then echo "mlquant engines listed none; expected at least Reference."; exit 1; fi

failed=0
ran=""

# run NAME FILTER VARIABLE=VALUE…
run() {
  local name="$1" filter="$2"
  shift 2
  # shellcheck disable=SC2086 # several files
  if ! env "$@" dotnet test $assemblies --filter "$filter" --logger "trx;LogFileName=$name.trx" --results-directory "$results" </dev/null >"$results/$name.log" 2>&1; then
    echo "FAILED: with $*"
    grep -E "^ *Failed |error|Error Message|Assert" "$results/$name.log" | head -20
    failed=1
  elif ! grep -q 'outcome="Passed"' "$results/$name.trx"; then
    echo "FAILED: no test ran with $*"
    failed=1
  fi
  ran="$ran $name"
}

rm -rf "$results"
mkdir -p "$results"
for engine in $engines; do run "$engine" "TestCategory=Engine" "MLQ_ENGINE=$engine"; done
if [ "$(uname -m)" = x86_64 ]; then
  run without-AVX512 "TestCategory=Engine" DOTNET_EnableAVX512=0
  run without-AVX512-and-AVXVNNI "FullyQualifiedName~MachineSpecs|FullyQualifiedName~ExecutionPlanSpec" DOTNET_EnableAVX512=0 DOTNET_EnableAVXVNNI=0
  # Fused multiply-add goes with AVX2: what is left computes it in software.
  run without-AVX2 "TestCategory=Engine" DOTNET_EnableAVX2=0
fi
run without-intrinsics "TestCategory=Engine" DOTNET_EnableHWIntrinsic=0

# An engine that is supported but left no result is a failure of this script.
for engine in $engines; do
  case " $ran " in *" $engine "*) ;; *) echo "FAILED: $engine is supported here but did not run"; failed=1 ;; esac
done
echo "Engines and switches that ran:$ran"
exit "$failed"
