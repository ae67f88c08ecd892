#!/bin/bash
# Makes vmlinuz and initrd.img for the test machine: a stock Debian kernel, v4l2loopback built from
# Debian's own sources, the test camera vivid, and `init` from this folder.  Downloads about 125 MB
# with apt once, installs nothing, needs no root.  Quick when all is there.
#
# usage: prepare.sh FOLDER        where it is kept
# needs: apt, dpkg-deb, make, gcc, cpio, kmod, xz, busybox (static)
set -euo pipefail
HERE=$(dirname "$(realpath "$0")")
mkdir -p "$1"
STATE=$(realpath "$1")
ROOT=$STATE/root
LOOPBACK_SUITE=trixie # v4l2loopback 0.15: dynamic devices and the client-usage event
KERNEL_SUITE=bookworm-backports

fail() {
    echo "prepare.sh: $*" >&2
    exit 1
}

for tool in apt-get dpkg-deb make gcc cpio depmod modprobe xz; do
    command -v $tool >/dev/null || PATH=$PATH:/sbin:/usr/sbin command -v $tool >/dev/null ||
        fail "needs $tool"
done
PATH=$PATH:/sbin:/usr/sbin
[ -x /bin/busybox ] || fail "needs /bin/busybox, linked statically"

STAMP=$(sha256sum "$HERE/prepare.sh" "$HERE/init" | sha256sum)
if [ "$(cat "$STATE/stamp" 2>/dev/null)" = "$STAMP" ]; then
    echo "the test machine is ready"
    exit 0
fi

# The mirror is the one that this machine's apt uses.
mirror() {
    {
        awk '/^URIs: .*debian\/?$/ {print $2}' /etc/apt/sources.list.d/*.sources
        awk '/^deb / {for (i = 2; i < NF; i++) if ($i ~ /:\/\/.*debian\/?$/) print $i}' \
            /etc/apt/sources.list /etc/apt/sources.list.d/*.list
    } 2>/dev/null | sed -n 1p
}

download() {
    local apt=$STATE/apt mirror key=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$apt"/{lists/partial,cache/archives/partial,debs}
    mirror=$(mirror || true)
    [ -n "$mirror" ] || fail "no Debian mirror found in the configuration of apt"
    for suite in $LOOPBACK_SUITE $KERNEL_SUITE; do
        echo "deb [signed-by=$key] $mirror $suite main"
    done >"$apt/sources.list"
    local options=(
        -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache"
        -o Dir::State::status=/dev/null -o APT::Sandbox::User="$(id -un)"
    )
    apt-get "${options[@]}" -qq update || fail "the lists of packages cannot be downloaded"
    KERNEL=$(
        apt-cache "${options[@]}" depends "linux-image-amd64/$KERNEL_SUITE" 2>/dev/null |
            sed -n 's/.*Depends: linux-image-\(6[^ ]*\)$/\1/p' | sed 1q
    )
    KERNEL=${KERNEL%-unsigned}
    [ -n "$KERNEL" ] || fail "no kernel found in $KERNEL_SUITE"
    local abi=${KERNEL%-amd64}
    rm -rf "$apt"/debs/* "$ROOT"
    (
        cd "$apt/debs"
        apt-get "${options[@]}" -qq download "linux-image-$KERNEL-unsigned" \
            "linux-headers-$KERNEL" "linux-headers-$abi-common" "linux-kbuild-$abi" \
            "v4l2loopback-dkms/$LOOPBACK_SUITE"
    ) || fail "the packages cannot be downloaded"
    mkdir "$ROOT"
    for package in "$apt"/debs/*.deb; do
        dpkg-deb -x "$package" "$ROOT"
    done
    rm -rf "$apt"
}

build_module() {
    local headers=$ROOT/usr/src/linux-headers-$KERNEL
    # It names the common headers by the place where the package would have put them.
    sed -i "s|include /usr/src/|include $ROOT/usr/src/|" "$headers/Makefile"
    rm -rf "$STATE/module"
    cp -r "$ROOT"/usr/src/v4l2loopback-* "$STATE/module"
    # Any gcc will do for one module; without pahole there is no BTF, which is not needed.
    if ! make -C "$headers" M="$STATE/module" CC=gcc CONFIG_DEBUG_INFO_BTF_MODULES= modules \
        >"$STATE/module.log" 2>&1; then
        tail -30 "$STATE/module.log" >&2
        fail "v4l2loopback does not build"
    fi
}

# add_modules LIST NAME...: copies modules and what they need; their loading order is LIST.order.
# What is built into the kernel is left out by modprobe.
add_modules() {
    local list=$1 name file
    shift
    for name in "$@"; do
        modprobe -d "$ROOT" -S "$KERNEL" --show-depends "$name" 2>/dev/null |
            awk '$1 == "insmod" {print $2}' || true
    done | awk '!seen[$0]++' | while read -r file; do
        name=$(basename "$file" .xz)
        case $file in
        *.xz) xz -dc "$file" >"$IMAGE/modules/$name" ;;
        *) cp "$file" "$IMAGE/modules/$name" ;;
        esac
        echo "$name"
    done >"$IMAGE/modules/$list.order"
}

build_image() {
    IMAGE=$(mktemp -d)
    trap 'rm -rf "$IMAGE"' EXIT
    mkdir -p "$IMAGE"/{bin,dev,proc,sys,newroot,ro,rw,modules}
    cp /bin/busybox "$IMAGE/bin/busybox"
    depmod -b "$ROOT" "$KERNEL" 2>/dev/null || true
    add_modules base virtio_pci 9pnet_virtio 9p overlay
    add_modules v4l2 videodev videobuf2-vmalloc videobuf2-v4l2
    add_modules vivid vivid
    sed -i '/^vivid\.ko/d' "$IMAGE/modules/vivid.order" # loaded with parameters, by the tests
    cp "$STATE/module/v4l2loopback.ko" "$IMAGE/modules/"
    install -m 755 "$HERE/init" "$IMAGE/init"
    (cd "$IMAGE" && find . | cpio -o -H newc --quiet | gzip -1) >"$STATE/initrd.img"
    cp "$ROOT/boot/vmlinuz-$KERNEL" "$STATE/vmlinuz"
}

download
build_module
build_image
rm -rf "$ROOT" "$STATE/module"
echo "$STAMP" >"$STATE/stamp"
echo "kernel $KERNEL"
