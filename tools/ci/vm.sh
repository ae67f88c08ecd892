#!/bin/bash
# Installs what the test machine needs (QEMU, busybox, a compiler, v4l2-ctl) and prepares it: a
# Debian kernel with v4l2loopback and vivid, kept in VCAM_VM_CACHE or the user's cache folder.
# Debian or Ubuntu on amd64, as root or with sudo.  Quick when all is there.  Exit status 1 with a
# reason when it cannot be done.
set -euo pipefail
cd "$(dirname "$0")/../.."

PACKAGES=(
    qemu-system-x86 busybox-static cpio kmod xz-utils make gcc v4l-utils
    debian-archive-keyring
)

fail() {
    echo "vm.sh: $*" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "needs apt (Debian or Ubuntu)"
missing=()
for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
        missing+=("$package")
done
if [ ${#missing[@]} != 0 ]; then
    SUDO=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "needs root or sudo to install ${missing[*]}"
        SUDO=(sudo)
    fi
    "${SUDO[@]}" apt-get -qq update || fail "apt-get update failed"
    "${SUDO[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null || fail "cannot install ${missing[*]}"
fi
tests/e2e/vm/prepare.sh "${VCAM_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vcam-vm}"
