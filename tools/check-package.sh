#!/usr/bin/env bash
# Packs the library into packages/, looks at what the package holds, and lets a program outside the repository run from it alone: once as it should
# be, once without a native part of TorchSharp. For the real build; ./build.sh package calls it. Leaves the package where it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { printf 'check-package.sh: %s\n' "$*" >&2; exit 1; }

command -v unzip > /dev/null || fail "unzip is needed and was not found"
library=src/Microsoft.ML.Lora/Microsoft.ML.Lora.csproj
property() { dotnet msbuild "$library" -getProperty:"$1"; }
version=$(property Version)
torch=$(property TorchSharpVersion)
package=$PWD/packages/MlNetLora.$version.nupkg

pack() {
    rm -f "$package"
    dotnet pack "$library" -c Release -o packages --nologo -v q
    [ -f "$package" ] || fail "dotnet pack did not write $package"
}

# What must be in the package, one path a line, and what must not.
check_content() {
    local content path
    content=$(unzip -Z1 "$package")
    for path in lib/net10.0/Microsoft.ML.Lora.dll lib/net10.0/Microsoft.ML.Lora.xml README.md LICENSE buildTransitive/MlNetLora.targets \
        models/tiny-english/{config.json,vocab.json,merges.txt,model.safetensors,README.md,LICENSE}; do
        grep -qxF "$path" <<< "$content" || fail "the package lacks $path"
    done
    if grep -E '\.dll$' <<< "$content" | grep -vxF lib/net10.0/Microsoft.ML.Lora.dll; then fail "the package has assemblies that are not the library (above)"; fi
    unzip -p "$package" MlNetLora.nuspec | grep -qF '<license type="expression">MIT AND Apache-2.0</license>' || fail "the package names no licence"
}

# run OUTCOME PROPERTY…: builds the program with the properties and runs it. TorchSharp 0.107 would look for a native part in the machine's packages.
run() {
    local outcome=$1 code=0
    shift
    rm -rf "$folder/program"
    cp -r tests/PackageConsumer "$folder/program"
    (cd "$folder/program" && dotnet build -c Release -o run --nologo -v q "-p:MlNetLoraVersion=$version" "-p:TorchSharpVersion=$torch" "$@")
    (cd "$folder/program" && NUGET_PACKAGES=$folder/none dotnet run/PackageConsumer.dll > "$folder/output" 2> "$folder/error") || code=$?
    [ "$code" -eq "$outcome" ] || { cat "$folder/output" "$folder/error" >&2; fail "the program ended with $code instead of $outcome"; }
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
pack
check_content
# An earlier package of the same version, unpacked, would be taken for this one.
rm -rf "$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')/mlnetlora/$version"
cat > "$folder/NuGet.config" <<XML
<configuration><packageSources><add key="packed-here" value="$PWD/packages" /></packageSources></configuration>
XML
# Nothing of this build's settings may reach the program.
unset ArtifactsPath MLNETLORA_STANDINS

run 0
cat "$folder/output"
run 2 -p:WithoutNativePart=true
cat "$folder/error"
grep -q 'TorchSharp-cpu' "$folder/error" || fail "the error without a native part does not name the package to add"
printf '%s: a program outside the repository runs from it alone.\n' "${package#"$PWD/"}"
