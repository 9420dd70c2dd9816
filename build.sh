#!/usr/bin/env bash
# Runs the sample, the tests or the benchmarks in whichever build this machine allows: the real one, with packages from the registry, or the
# offline one, where stand-ins take the place of packages that the registry does not serve.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'EOF'
usage: ./build.sh sample [arguments of samples/SentimentLora]
       ./build.sh test   [arguments of dotnet test]
       ./build.sh soak   [arguments of dotnet test]: the long tests with their full counts
       ./build.sh bench  [arguments of the benchmark program]
       ./build.sh package  packs the library and lets a program outside the repository run from the package; 3 where the packages are not served
       ./build.sh web      [settings of samples/WebSentiment]: serves the model that ./build.sh sample saved
       ./build.sh web-load [arguments of the benchmark program's web command]: the same under load
       ./build.sh which  prints real or offline
MLNETLORA_STANDINS=1 asks for the offline build, MLNETLORA_STANDINS=0 for the real one; without it, the registry decides.
EOF
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "build.sh: $*"; exit 1; }

require_sdk() {
    command -v dotnet > /dev/null && dotnet --list-sdks 2> /dev/null | grep -Eq '^(1[0-9]|[2-9][0-9])\.' ||
        fail "the .NET SDK 10 or later is needed and was not found; see https://dotnet.microsoft.com/download"
}

# Restores a project that does nothing but name the packages in just the versions of Directory.Packages.props. Prints why they cannot be had, or
# nothing when they can.
probe_packages() {
    local folder=artifacts/probe log reason
    mkdir -p "$folder"
    cat > "$folder/Probe.csproj" <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="@(PackageVersion->WithMetadataValue('Identity', 'Microsoft.ML'))" />
    <PackageReference Include="@(PackageVersion->WithMetadataValue('Identity', 'Microsoft.ML.Tokenizers'))" />
    <PackageReference Include="@(PackageVersion->WithMetadataValue('Identity', 'TorchSharp'))" />
    <PackageReference Include="@(PackageVersion->WithMetadataValue('Identity', 'TorchSharp-cpu'))" />
    <PackageReference Update="@(PackageReference)" Version="[%(Version)]" />
  </ItemGroup>
</Project>
EOF
    if log=$(MLNETLORA_STANDINS=0 dotnet restore "$folder/Probe.csproj" --nologo 2>&1 < /dev/null); then return; fi
    reason=$(grep -oE 'error NU(1101|1102|1103|1301|1603|1801): .*' <<< "$log" | head -n 1 | sed 's/^error //; s/ \[[^][]*\.csproj\]$//; s/\.$//' || true)
    if [ -z "$reason" ]; then
        say "$log"
        fail "restoring the packages failed in a way that the offline build cannot mend (above)"
    fi
    printf '%s' "$reason"
}

# Sets MLNETLORA_STANDINS, and reason to why it is so.
choose_build() {
    if [ -n "${MLNETLORA_STANDINS:-}" ]; then
        reason="MLNETLORA_STANDINS is $MLNETLORA_STANDINS"
    else
        reason=$(probe_packages)
        if [ -n "$reason" ]; then
            export MLNETLORA_STANDINS=1
            reason="the registry does not serve the packages ($reason)"
        else
            export MLNETLORA_STANDINS=0
            reason="all packages can be restored"
        fi
    fi
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

# What the TorchSharp stand-in is compiled from. TorchCMakePrefix names another libtorch than Debian's.
install_offline_tools() {
    local missing=() package as_root=() command
    if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
        command -v cmake > /dev/null && command -v g++ > /dev/null && [ -n "${TorchCMakePrefix:-}" ] && return
        fail "the offline build needs g++, cmake and libtorch: use Debian, or install them and set TorchCMakePrefix to libtorch's folder"
    fi
    for package in g++ cmake make; do command -v "$package" > /dev/null || missing+=("$package"); done
    if [ -z "${TorchCMakePrefix:-}" ]; then
        for package in libtorch-dev libopenblas0-openmp; do is_installed "$package" || missing+=("$package"); done
    fi
    [ ${#missing[@]} -eq 0 ] && return
    command="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo > /dev/null && { [ -t 0 ] || sudo -n true 2> /dev/null; }; then as_root=(sudo); else
            fail "the offline build needs packages that only root can install: apt-get update && $command"
        fi
    fi
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq < /dev/null >&2 || say "apt-get update failed; trying with the lists that are there"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $command -qq < /dev/null >&2 ||
        fail "installing failed; run by hand: apt-get update && $command"
}

prepare() {
    require_sdk
    choose_build
    if [ "$MLNETLORA_STANDINS" = 1 ]; then
        say "Offline build, with stand-ins: $reason."
        install_offline_tools
    else
        say "Real build: $reason."
    fi
}

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
action=${1:-}
shift || true
case $action in
    sample)
        prepare
        exec dotnet run -c Release --project samples/SentimentLora -- "$@"
        ;;
    test)
        prepare
        exec dotnet test -c Release MlNetLora.sln "$@"
        ;;
    soak)
        prepare
        export MLNETLORA_SOAK=1
        exec dotnet test -c Release tests/Microsoft.ML.Lora.Tests --filter TestCategory=Soak "$@"
        ;;
    web)
        prepare
        exec dotnet run -c Release --project samples/WebSentiment -- "$@"
        ;;
    web-load)
        exec ./build.sh bench web "$@"
        ;;
    bench)
        benchmark=$(find benchmarks -maxdepth 2 -name '*.csproj' | sort | head -n 1)
        [ -n "$benchmark" ] || fail "there is no benchmark program under benchmarks/"
        prepare
        exec dotnet run -c Release --project "$benchmark" -- "$@"
        ;;
    package)
        require_sdk
        choose_build
        if [ "$MLNETLORA_STANDINS" = 1 ]; then say "No package, since nothing built against stand-ins is ever packed: $reason."; exit 3; fi
        exec tools/check-package.sh
        ;;
    which)
        prepare
        if [ "$MLNETLORA_STANDINS" = 1 ]; then echo offline; else echo real; fi
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
