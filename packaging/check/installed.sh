#!/bin/sh
# What an administrator does with the package, in a Debian that has just booted. Each step says what is true.
set -eu

# The commands that only say something when they fail.
export DEBIAN_FRONTEND=noninteractive
url=http://127.0.0.1:8080
passed() { echo "- $*"; }
failed() {
    echo "FAILED: $*"
    systemctl status --no-pager --full latchkey || true
    journalctl --unit latchkey --no-pager --output cat | tail -n 40
    exit 1
}
process() { systemctl show --value --property MainPID latchkey; }
is() { [ "$2" = "$3" ] || failed "$1 is $2, not $3"; }
login() {
    curl --silent --show-error --fail --cookie-jar /tmp/jar --output /dev/null \
        --json "{\"username\": \"admin\", \"password\": \"$password\"}" "$url/api/v1/session" 2>&1 ||
        failed "the administrator cannot log in"
}
ask() { curl --silent --show-error --fail-with-body --cookie /tmp/jar "$@"; }
everything() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /check \
        -o -path /var/log/journal -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/systemd \) -prune \
        -o -print | sort
}

everything >/tmp/before
dpkg --install /check/latchkey.deb >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; failed "it is not installed"; }
is "the service" "$(systemctl is-active latchkey)" active
is "the service at the next boot" "$(systemctl is-enabled latchkey)" enabled
latchkey --config /etc/latchkey/latchkey.toml ready >/dev/null || failed "it is not ready"
passed "installed, it is started and ready"

is "the account of the server" "$(stat --format %U "/proc/$(process)")" latchkey
is "the key" "$(stat --format '%U %a' /etc/latchkey/master.key)" "root 400"
is "the settings" "$(stat --format '%U:%G %a' /etc/latchkey/latchkey.toml)" "root:latchkey 640"
is "the data" "$(stat --format '%U %a' /var/lib/latchkey)" "latchkey 700"
[ -e /var/lib/latchkey/latchkey.db ] || failed "there is no database"
[ ! -e /var/lib/latchkey/master.key ] || failed "the key is beside the database"
if setpriv --reuid latchkey --regid latchkey --clear-groups cat /etc/latchkey/master.key 2>/dev/null; then
    failed "the account of the server may read the file of the key"
fi
passed "the key is not beside the database, and only root may read its file"

exposure=$(systemd-analyze security --no-pager latchkey | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
[ "$(printf '%s\n2.0\n' "$exposure" | sort --numeric-sort | head -n 1)" = "$exposure" ] || failed "exposure $exposure"
passed "systemd finds an exposure of $exposure"

password=$(journalctl --unit latchkey --no-pager --output cat | sed -n '/^The first administrator is/{n;s/ *//;p}')
[ -n "$password" ] || failed "the journal has no password"
login
ask --json '{"key": "harbour", "name": "Harbour"}' --output /dev/null "$url/api/v1/projects"
curl --silent "$url/" | grep --quiet '/assets/latchkey-' || failed "there are no screens"
journalctl --unit latchkey --no-pager --output cat | grep --quiet '^{"timestamp"' || failed "the journal has no log"
passed "the journal has the first password and the log, and the screens are there"

mkdir /etc/systemd/system/latchkey.service.d
systemd-creds encrypt --name=master.key /etc/latchkey/master.key /etc/latchkey/master.key.cred 2>/dev/null
cat >/etc/systemd/system/latchkey.service.d/key.conf <<'END'
[Service]
LoadCredential=
LoadCredentialEncrypted=master.key:/etc/latchkey/master.key.cred
END
mv /etc/latchkey/master.key /root
systemctl daemon-reload
systemctl restart latchkey || failed "it does not start with an encrypted key"
mv /root/master.key /etc/latchkey
rm /etc/systemd/system/latchkey.service.d/key.conf
passed "it starts with a key that systemd-creds has encrypted"

# A certificate for HTTPS on a port for which a right is needed.
mkdir --mode 0750 /etc/latchkey/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=latchkey.example \
    -keyout /etc/latchkey/tls/privkey.pem -out /etc/latchkey/tls/fullchain.pem 2>/dev/null
chown --recursive root:latchkey /etc/latchkey/tls
chmod 0640 /etc/latchkey/tls/privkey.pem
sed --in-place -e 's/^listen = .*/listen = "127.0.0.1:443"/' \
    -e 's/^#public_url/public_url/' -e 's/^#tls_/tls_/' /etc/latchkey/latchkey.toml
cat >/etc/systemd/system/latchkey.service.d/port.conf <<'END'
[Service]
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
PrivateUsers=no
END
systemctl daemon-reload
systemctl restart latchkey || failed "it does not start with a certificate"
latchkey --config /etc/latchkey/latchkey.toml ready >/dev/null || failed "it is not ready with a certificate"
url=https://latchkey.example
curl() { command curl --cacert /etc/latchkey/tls/fullchain.pem --resolve latchkey.example:443:127.0.0.1 "$@"; }
login
passed "it has HTTPS on port 443, as the operator's page says"

before=$(process)
dpkg --install /check/next.deb >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; failed "it is not upgraded"; }
[ "$(process)" != "$before" ] || failed "the old program still runs"
latchkey --config /etc/latchkey/latchkey.toml ready >/dev/null || failed "it is not ready after the upgrade"
ask "$url/api/v1/projects" | grep --quiet '"harbour"' || failed "the project is lost"
grep --quiet '^listen = "127.0.0.1:443"' /etc/latchkey/latchkey.toml || failed "the settings are lost"
passed "an upgrade starts the new program, and keeps the data, the session and the settings"

systemctl --quiet disable --now latchkey 2>/dev/null
dpkg --install /check/latchkey.deb >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; failed "it is not downgraded"; }
is "a disabled service" "$(systemctl is-enabled latchkey || true)" disabled
systemctl --quiet enable --now latchkey 2>/dev/null
passed "a service that was disabled stays so"

key=$(sha256sum /etc/latchkey/master.key)
dpkg --remove latchkey >/dev/null 2>&1
[ ! -e /usr/bin/latchkey ] || failed "the program is still there"
is "the service" "$(systemctl is-active latchkey || true)" inactive
dpkg --install /check/latchkey.deb >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; failed "it is not installed again"; }
is "the key" "$(sha256sum /etc/latchkey/master.key)" "$key"
ask "$url/api/v1/projects" | grep --quiet '"harbour"' || failed "the project is lost"
passed "removed and installed again, it has its key and its data"

rm --recursive /etc/systemd/system/latchkey.service.d
dpkg --purge latchkey >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; failed "it is not purged"; }
if getent passwd latchkey >/dev/null || getent group latchkey >/dev/null; then failed "the account is left"; fi
everything >/tmp/after
left=$(comm -13 /tmp/before /tmp/after | grep --invert-match --extended-regexp '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$' || true)
[ -z "$left" ] || failed "the purge leaves $left"
passed "a purge leaves nothing"
echo passed
