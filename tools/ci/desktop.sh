#!/bin/bash
# Installs what the tests of page and tray need: Chromium, a virtual display, a panel with a
# StatusNotifier host, another tray, and the system Python's GTK bindings for pystray.  Debian or
# Ubuntu, as root or with sudo.  Quick when all is there.  Exit status 1 with a reason when it
# cannot be done.
set -euo pipefail

PACKAGES=(
    chromium fonts-dejavu-core xvfb openbox xfce4-panel trayer xdotool x11-utils imagemagick
    dbus-daemon dbus-x11 python3-gi gir1.2-gtk-3.0 gir1.2-ayatanaappindicator3-0.1
)

fail() {
    echo "desktop.sh: $*" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "needs apt (Debian or Ubuntu)"
missing=()
for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
        missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
    echo "Browser, display and trays: nothing to do"
    exit 0
fi
SUDO=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "needs root or sudo to install ${missing[*]}"
    SUDO=(sudo)
fi
"${SUDO[@]}" apt-get -qq update || fail "apt-get update failed"
"${SUDO[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null || fail "cannot install ${missing[*]}"
echo "Installed ${missing[*]}"
