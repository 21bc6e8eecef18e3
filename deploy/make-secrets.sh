#!/bin/sh
# Makes the passwords that compose.yaml mounts, once: what is there is never changed. To change one,
# delete its file and run this again.
#
# The folder is closed to other users of this machine. The files in it are not: they are mounted as
# they are, and are read in the containers by users who do not exist here.
set -eu

folder=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

# $1: the name of a file; its content comes from the standard input and replaces what is there.
write() {
    cat >"$folder/$1.new"
    chmod 444 "$folder/$1.new"
    mv -f "$folder/$1.new" "$folder/$1"
}

hash_of() {
    sha256sum <"$folder/$1" | cut -d ' ' -f 1
}

# Names that begin with trends_ are settings of our services (TRENDS_SECRETS_DIR).
for name in trends_clickhouse_password grafana_admin_password grafana_clickhouse_password \
    analyst_clickhouse_password; do
    if [ -e "$folder/$name" ]; then
        echo "kept    $folder/$name"
        continue
    fi
    # 192 bits in letters and digits alone, which need no quoting anywhere.
    password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s' "$password" | write "$name"
    echo "made    $folder/$name"
done

# ClickHouse is given hashes alone: as a file for compose.yaml, as variables for Kubernetes.
trends=$(hash_of trends_clickhouse_password)
grafana_ro=$(hash_of grafana_clickhouse_password)
analyst=$(hash_of analyst_clickhouse_password)
write clickhouse_passwords.xml <<XML
<clickhouse>
    <users>
        <trends><password_sha256_hex>$trends</password_sha256_hex></trends>
        <grafana_ro><password_sha256_hex>$grafana_ro</password_sha256_hex></grafana_ro>
        <analyst><password_sha256_hex>$analyst</password_sha256_hex></analyst>
    </users>
</clickhouse>
XML
write clickhouse_hashes.env <<ENV
trends=$trends
grafana_ro=$grafana_ro
analyst=$analyst
ENV
