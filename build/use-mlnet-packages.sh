#!/bin/sh
# Brings the pinned ML.NET packages into this machine's NuGet cache, after which builds use them
# (see eng/MLNet.props). Needs a feed that has them; answers NU1101 elsewhere.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's:.*<MLNetVersion>\(.*\)</MLNetVersion>.*:\1:p' "$root/eng/MLNet.props")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/mlnet.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.ML" Version="[$version]" />
    <PackageReference Include="Microsoft.ML.OnnxTransformer" Version="[$version]" />
  </ItemGroup>
</Project>
PROJECT
dotnet restore "$folder/mlnet.csproj" --configfile "$root/NuGet.config"
