#!/usr/bin/env bash
# Compiles the kernels to arm64 with .NET's ahead-of-time compiler, runs them under an emulator and compares them with this computer;
# see README.md. The last line is "N passed, N failed, N skipped".
#
#   build/arm64/run.sh [SEEDS]
set -u -o pipefail
cd "$(dirname "$0")/../.."
seeds="${1:-100}"
skip() { echo "The Arm check was skipped: $1"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "it needs Linux on x64, where its compiler runs."
tools="aarch64-linux-gnu-gcc qemu-aarch64-static"
if ! { command -v aarch64-linux-gnu-gcc && command -v qemu-aarch64-static; } >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static </dev/null >/dev/null 2>&1
fi
for tool in $tools; do command -v "$tool" >/dev/null || skip "$tool is missing; install gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user-static."; done

work=artifacts/arm64
rm -rf "$work"
mkdir -p "$work/sdk"
if ! dotnet restore build/arm64/ArmCheck.csproj </dev/null >"$work/restore.log" 2>&1; then
  # Without the compiler there is nothing to run; anything else that is wrong with a restore fails the rest of CI as well.
  skip "the packages it needs could not be restored: $(grep -m1 error "$work/restore.log")"
fi
fail() { echo "The Arm check failed: $1"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
for project in ArmCheck.csproj mark-intrinsics; do dotnet build -c Release -v q "build/arm64/$project" </dev/null || fail "$project does not build"; done

compiler="${NUGET_PACKAGES:-$HOME/.nuget/packages}/runtime.linux-x64.microsoft.dotnet.ilcompiler/9.0.22"
cp "$compiler"/sdk/*.dll "$work/sdk/"
dotnet artifacts/bin/mark-intrinsics/release/mark-intrinsics.dll "$compiler/sdk/System.Private.CoreLib.dll" "$work/sdk/System.Private.CoreLib.dll" || fail "the core library could not be changed"
chmod +x "$compiler/tools/ilc"

# build NAME INSTRUCTIONS
build() {
  "$compiler/tools/ilc" artifacts/bin/ArmCheck/release_net9.0/ArmCheck.dll -o "$work/$1.o" -r "$work/sdk/*.dll" -r "$compiler/framework/*.dll" \
    -r artifacts/bin/ArmCheck/release_net9.0/System.Numerics.Tensors.dll --targetos linux --targetarch arm64 -O --nativelib "--instruction-set:$2" || fail "ilc"
  # What only a runtime has is never called, so it may be missing.
  aarch64-linux-gnu-gcc -O1 -static build/arm64/harness.c "$work/$1.o" -o "$work/$1" -Wl,--unresolved-symbols=ignore-all -no-pie || fail "the linker"
}
build dotprod neon,dotprod
build neon neon

{
  # ArmDp, ArmAdvSimd and Vector128 where there is sdot; the last two on a core that lacks it.
  qemu-aarch64-static -cpu max "$work/dotprod" 0 "$seeds" && qemu-aarch64-static -cpu cortex-a53 "$work/neon" 1 "$seeds" && echo complete
} >"$work/cases.txt"
grep -q complete "$work/cases.txt" || fail "the emulated program ended after $(wc -l <"$work/cases.txt") cases: $(tail -n 1 "$work/cases.txt")"
dotnet artifacts/bin/ArmCheck/release_net10.0/ArmCheck.dll <"$work/cases.txt"
