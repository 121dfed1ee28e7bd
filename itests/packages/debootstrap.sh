#!/bin/sh
# Installs the Debian package in a folder with a fresh Debian, and tries what an administrator does with it: install,
# configure, run, upgrade, remove, install again, purge. Prints a line for each thing that is right, and ends at the first
# that is not.
#
#     debootstrap.sh [DEB]      (default: the one that runtime/packages has built)
#
# It needs root, debootstrap (apt-get install debootstrap) and a mirror of Debian, of which it fetches some 150 MB. It
# runs no systemd: the server is started by hand as the user of the service. Nothing outside of its folder changes.
#
# SUITE=bookworm  which Debian      MIRROR=URL  where from      WORK=DIR  where the folders are made; needs 1 GB.
# WORK/base, the Debian before the package, is kept and used again.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
deb=${1:-$(ls -t "$here"/../../runtime/packages/target/restante_*_all.deb 2> /dev/null | head -n 1)}
SUITE=${SUITE:-bookworm}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
WORK=${WORK:-${TMPDIR:-/tmp}/restante-debootstrap}

skip() {
    echo "SKIPPED debootstrap.sh: $1"
    exit 0
}
[ "$(id -u)" = 0 ] || skip "it needs root"
for program in debootstrap dpkg-deb chroot mount; do
    command -v "$program" > /dev/null || skip "there is no $program (apt-get install debootstrap)"
done
if [ -z "$deb" ] || [ ! -f "$deb" ]; then
    echo "there is no package: mvn verify -DskipTests -pl runtime/packages -am" >&2
    exit 2
fi

base=$WORK/base
root=$WORK/root
server=

end() {
    if [ -n "$server" ]; then
        kill -9 "$server" 2> /dev/null || :
    fi
    umount "$root/proc" 2> /dev/null || :
    umount "$root" 2> /dev/null || :
    umount "$base/proc" 2> /dev/null || :
}
trap end EXIT
trap 'exit 1' INT TERM
end

right() {
    echo "right: $1"
}

wrong() {
    echo "WRONG: $1" >&2
    exit 1
}

# is WHAT EXPECTED ACTUAL
is() {
    [ "$2" = "$3" ] || wrong "$1: expected '$2', but it is '$3'"
    right "$1"
}

# holds WHAT COMMAND...
holds() {
    what=$1
    shift
    "$@" || wrong "$what"
    right "$what"
}

inside() {
    chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
}

as_user() {
    user=$1
    shift
    chroot --userspec="$user" "$root" env HOME=/ LC_ALL=C "$@"
}

apt() {
    inside apt-get -q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        --no-install-recommends "$@" > "$WORK/apt.log" 2>&1 || {
        cat "$WORK/apt.log" >&2
        wrong "apt-get $*"
    }
}

attributes() {
    inside stat -c '%U:%G %a' "$1"
}

# What systemd has been asked to do with the service since the last time.
asked() {
    grep -oE '\b(re)?(start|stop)\b.*restante\.service' "$root/asked" | sed 's/ .*//' || :
    : > "$root/asked"
}

# Starts the server as the service does and waits, for two minutes at most, until it is ready.
start() {
    : > "$WORK/server.out"
    chroot --userspec=restante:restante "$root" env -i PATH=/usr/bin:/bin HOME=/var/lib/restante LC_ALL=C \
        /bin/sh -c 'umask 077; exec restante --home /var/lib/restante' > "$WORK/server.out" 2> "$WORK/server.err" &
    server=$!
    # The end of the server ends this, too.
    timeout 120 tail -n +1 -f --pid="$server" "$WORK/server.out" 2> /dev/null | grep -q -m 1 '^restante ready: ' ||
        wrong "the server is not ready: $(cat "$WORK/server.out" "$WORK/server.err")"
    right "$(head -n 1 "$WORK/server.out"), as the user of the service"
}

stop() {
    kill "$server"
    code=0
    wait "$server" || code=$?
    server=
    is "SIGTERM ends it with 143" 143 "$code"
}

# The same package with a higher version, a configuration file that has changed, and one more that has.
higher() {
    rm -rf "$WORK/next"
    dpkg-deb -R "$deb" "$WORK/next"
    sed -i 's/^Version: .*/Version: 99.0/' "$WORK/next/DEBIAN/control"
    echo '# of the next version' >> "$WORK/next/etc/restante/im.restante.c2s.cfg"
    echo '# of the next version' >> "$WORK/next/etc/restante/im.restante.quota.cfg"
    sed -i '/ *etc\//d; / *\.\/etc\//d' "$WORK/next/DEBIAN/md5sums"
    dpkg-deb --root-owner-group -b "$WORK/next" "$root/next.deb" > /dev/null
}

mkdir -p "$WORK"
if [ ! -f "$base/.complete" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase "$SUITE" "$base" "$MIRROR" > "$WORK/debootstrap.log" 2>&1 || {
        tail -n 20 "$WORK/debootstrap.log" >&2
        wrong "debootstrap $SUITE $MIRROR"
    }
    umount "$base/proc" 2> /dev/null || :
    touch "$base/.complete"
fi
rm -rf --one-file-system "$root"
cp -a "$base" "$root"
# Java asks on which file system a folder is, and in a chroot finds out only for a root that is a mount of its own.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
# No package may start anything here, but ours may ask for it: a systemctl writes down what it is asked, and does no more
# than to enable the service.
printf '#!/bin/sh\ncase $1 in restante*) exit 0 ;; esac\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
cat > "$root/usr/bin/systemctl" << 'SYSTEMCTL'
#!/bin/sh
echo "$*" >> /asked
wanted=/etc/systemd/system/multi-user.target.wants
case "$*" in
    *is-enabled*) echo enabled ;;
    *"preset restante.service") mkdir -p "$wanted" && ln -s /lib/systemd/system/restante.service "$wanted/" ;;
esac
SYSTEMCTL
chmod +x "$root/usr/sbin/policy-rc.d" "$root/usr/bin/systemctl"
mkdir -p "$root/run/systemd/system"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$deb" "$root/first.deb"
version=$(dpkg-deb -f "$deb" Version)
higher
apt update

echo "== install $version on $(inside cat /etc/debian_version)"
apt install ./first.deb
is "it is installed, with a Java runtime" "install ok installed" \
    "$(inside dpkg-query -W -f '${Status}' restante)"
is "the user has no shell" /usr/sbin/nologin "$(inside getent passwd restante | cut -d: -f7)"
is "and no password" "" "$(inside getent shadow restante | cut -d: -f2 | tr -d '!*')"
is "the home is the server's" "restante:restante 700" "$(attributes /var/lib/restante)"
is "the folder of the log is the server's" "restante:restante 700" "$(attributes /var/log/restante)"
is "the configuration is root's, and the server may read it" "root:restante 750" "$(attributes /etc/restante)"
is "the home leads to the configuration" /etc/restante "$(inside readlink -f /var/lib/restante/etc)"
is "the home leads to the log" /var/log/restante "$(inside readlink -f /var/lib/restante/log)"
is "systemd is asked to start the service" start "$(asked)"
holds "the service is enabled" test -L "$root/etc/systemd/system/multi-user.target.wants/restante.service"
holds "the manual pages are there" test -f "$root/usr/share/man/man1/restantectl.1.gz"
is "dpkg finds its files as it installed them" "" "$(inside dpkg --verify restante)"
is "restante is a command" 0 "$(code=0 && inside restante --version > /dev/null || code=$?; echo "$code")"

echo "== configure and run"
sed -i 's/^#port = 5222$/port = 0/' "$root/etc/restante/im.restante.c2s.cfg"
sed -i 's/^#port = 5280$/port = -1/' "$root/etc/restante/im.restante.http.cfg"
before=$(cd "$root/etc/restante" && md5sum ./*)
start
is "an account is made" "added romeo@localhost" "$(inside restantectl user-add romeo@localhost 'a secret; $x')"
is "the user of the service may ask, too" romeo@localhost "$(as_user restante:restante restantectl user-list)"
if as_user nobody:nogroup restantectl user-list > "$WORK/out" 2>&1; then
    wrong "anybody may ask: $(cat "$WORK/out")"
fi
is "nobody else may" "restantectl: only the owner of /var/lib/restante and root may do that: use sudo" \
    "$(cat "$WORK/out")"
if inside restante > "$WORK/out" 2>&1; then
    wrong "root may run it: $(cat "$WORK/out")"
fi
holds "root is told to run it as restante" grep -q 'sudo -u restante restante' "$WORK/out"
if as_user restante:restante test -w /etc/restante; then
    wrong "the server may change its configuration"
fi
is "the configuration is as it was" "$before" "$(cd "$root/etc/restante" && md5sum ./*)"
holds "the log is in /var/log/restante" test -s "$root/var/log/restante/restante.log"
holds "the database is in /var/lib/restante" test -s "$root/var/lib/restante/data/spool.db"
is "the log has no warning" "" "$(grep -E ' (WARN|ERROR) ' "$root/var/log/restante/restante.log" || :)"

echo "== upgrade to 99.0 while it runs"
apt install ./next.deb
is "systemd is asked to restart the service, and not before" restart "$(asked)"
is "the higher version is installed" "99.0" "$(inside dpkg-query -W -f '${Version}' restante)"
is "the server goes on meanwhile" romeo@localhost "$(inside restantectl user-list)"
holds "a file that the operator has changed is kept" grep -qx 'port = 0' "$root/etc/restante/im.restante.c2s.cfg"
holds "the one of the package is beside it" test -f "$root/etc/restante/im.restante.c2s.cfg.dpkg-dist"
holds "a file that nobody has changed is replaced" \
    grep -q 'of the next version' "$root/etc/restante/im.restante.quota.cfg"
is "permissions are as they were" "restante:restante 700, root:restante 750" \
    "$(attributes /var/lib/restante), $(attributes /etc/restante)"
stop
start
is "accounts are as they were" romeo@localhost "$(inside restantectl user-list)"

echo "== remove"
stop
apt remove restante
is "systemd is asked to stop the service" stop "$(asked)"
holds "the program is gone" test ! -e "$root/usr/bin/restante" -a ! -e "$root/usr/share/restante"
holds "the data stay" test -s "$root/var/lib/restante/data/spool.db"
holds "the configuration stays" grep -qx 'port = 0' "$root/etc/restante/im.restante.c2s.cfg"
holds "the log stays" test -s "$root/var/log/restante/restante.log"

echo "== install again"
apt install ./next.deb
start
is "accounts are as they were" romeo@localhost "$(inside restantectl user-list)"
stop

echo "== purge"
apt purge restante
is "nothing is left but what Debian keeps of every package" "" "$(
    find "$root" -xdev -iname '*restante*' ! -path "$root/*.deb" ! -path "$root/var/lib/dpkg/*" \
        ! -path "$root/var/cache/*" ! -path "$root/proc/*" ! -path "$root/tmp/hsperfdata_*" # made by every Java
)"
holds "the user stays, since files of it may lie elsewhere" inside getent passwd restante
echo "all right"
