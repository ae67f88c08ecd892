#!/bin/bash
# Installs what the PipeWire tests need: PipeWire >= 1.4 and WirePlumber >= 0.5, a D-Bus daemon, the
# desktop portal, GStreamer's PipeWire plugin, Chromium, and on Debian Firefox.  Debian or Ubuntu, as
# root or with sudo.
# Quick when all is there.  Where the release has an older PipeWire, Debian's backports are read from
# the mirror that apt is already configured with, in lists of their own: apt's sources stay as they
# are.  Exit status 1 with a reason when it cannot be done.
set -euo pipefail

NEEDED_PIPEWIRE=1.4
NEEDED_WIREPLUMBER=0.5
PLAIN=(dbus-daemon dbus-bin xdg-desktop-portal chromium gstreamer1.0-tools)
NEW=(
    pipewire pipewire-bin wireplumber gstreamer1.0-pipewire libpipewire-0.3-0 libpipewire-0.3-modules
    libspa-0.2-modules libwireplumber-0.5-0
)

fail() {
    echo "pipewire.sh: $*" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "needs apt (Debian or Ubuntu)"
# shellcheck source=/dev/null
. /etc/os-release
[ "${ID:-}" != debian ] || PLAIN+=(firefox-esr)
SUDO=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "needs root or sudo"
    SUDO=(sudo)
fi

version() { dpkg-query -W -f '${db:Status-Abbrev} ${Version}' "$1" 2>/dev/null | sed -n 's/^ii  *//p'; }

at_least() { # PACKAGE VERSION
    local installed
    installed=$(version "$1")
    [ -n "$installed" ] && dpkg --compare-versions "$installed" ge "$2"
}

new_enough() {
    at_least pipewire $NEEDED_PIPEWIRE && at_least wireplumber $NEEDED_WIREPLUMBER &&
        at_least gstreamer1.0-pipewire $NEEDED_PIPEWIRE && at_least libspa-0.2-modules $NEEDED_PIPEWIRE
}

missing=()
for package in "${PLAIN[@]}"; do
    [ -n "$(version "$package")" ] || missing+=("$package")
done
if [ ${#missing[@]} = 0 ] && new_enough; then
    echo "PipeWire $(version pipewire), WirePlumber $(version wireplumber): nothing to do"
    exit 0
fi

install() { # apt-get options and packages
    "${SUDO[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 install "$@" >/dev/null
}

"${SUDO[@]}" apt-get -qq update || fail "apt-get update failed"
if [ ${#missing[@]} != 0 ]; then
    install "${missing[@]}" || fail "cannot install ${missing[*]}"
fi

candidate() { apt-cache policy "$1" | sed -n 's/^ *Candidate: //p'; }

if ! new_enough; then
    found=$(candidate pipewire)
    if dpkg --compare-versions "${found:-0}" ge $NEEDED_PIPEWIRE; then
        install "${NEW[@]}" || fail "cannot install PipeWire $found"
    else
        [ "${ID:-}" = debian ] || fail "the release's PipeWire is $found; $NEEDED_PIPEWIRE is needed"
        suite=$VERSION_CODENAME-backports
        mirror=$(
            {
                awk '/^URIs: .*debian\/?$/ {print $2}' /etc/apt/sources.list.d/*.sources
                awk '/^deb / {for (i = 2; i < NF; i++) if ($i ~ /:\/\/.*debian\/?$/) print $i}' \
                    /etc/apt/sources.list /etc/apt/sources.list.d/*.list
            } 2>/dev/null | sed -n 1p || true
        )
        [ -n "$mirror" ] || fail "no Debian mirror found in apt's configuration"
        folder=$(mktemp -d)
        trap 'rm -rf "$folder"' EXIT
        chmod 755 "$folder"
        mkdir -p "$folder/parts" "$folder/lists/partial"
        cp -r /etc/apt/sources.list.d/. "$folder/parts/"
        [ ! -f /etc/apt/sources.list ] || cp /etc/apt/sources.list "$folder/parts/main.list"
        key=/usr/share/keyrings/debian-archive-keyring.gpg
        echo "deb [signed-by=$key] $mirror $suite main" >"$folder/parts/backports.list"
        options=(
            -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$folder/parts"
            -o "Dir::State::Lists=$folder/lists" -o APT::Sandbox::User=root
        )
        "${SUDO[@]}" apt-get "${options[@]}" -qq update || fail "$mirror has no $suite"
        wanted=()
        for package in "${NEW[@]}"; do
            wanted+=("$package/$suite")
        done
        install "${options[@]}" "${wanted[@]}" || fail "cannot install PipeWire from $suite"
    fi
fi
new_enough || fail "PipeWire is $(version pipewire), WirePlumber $(version wireplumber) after all"
echo "PipeWire $(version pipewire), WirePlumber $(version wireplumber) installed"
