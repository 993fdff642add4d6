#!/bin/sh
# redis -- Redis with the users of users.acl, for services.txt. Passwords come
# from the environment: MUSTER_STORE_<SERVICE>_PASSWORD. Its log is looked at
# first: a torn end is cut, and with a broken one Redis is not started; both are
# said.
set -eu
umask 077
from=${MUSTER_REDIS_FROM:-/etc/muster}
acl=${MUSTER_REDIS_ACL:-/tmp/users.acl}

# The password of a service, hashed as an ACL file has it.
hash_of() {
    name=MUSTER_STORE_$(printf %s "$1" | tr '[:lower:]' '[:upper:]')_PASSWORD
    password=$(printenv "$name") || {
        echo "redis.sh: $name is not set" >&2
        exit 1
    }
    printf %s "$password" | sha256sum | cut -d' ' -f1
}

grep '^user default' "$from/users.acl" >"$acl"
while read -r name owner _; do
    case $name in '' | '#'*) continue ;; esac
    if [ "$owner" = - ]; then continue; fi
    hash=$(hash_of "$name")
    sed -n "/^user NAME/ { s/NAME/$name/; s/OWNER/$owner/
        s/PASSWORD/#$hash/; p; }" "$from/users.acl" >>"$acl"
done <"$from/services.txt"

# The data's folder: what follows --dir.
dir=. last=
for word; do
    if [ "$last" = --dir ]; then dir=$word; fi
    last=$word
done
muster log-check --cut "$dir"

# Nobody but this container's own look at the log knows the keeper's password.
REDISCLI_AUTH=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
export REDISCLI_AUTH
hash=$(printf %s "$REDISCLI_AUTH" | sha256sum | cut -d' ' -f1)
sed -n "/^user keeper/ s/PASSWORD/#$hash/p" "$from/users.acl" >>"$acl"
"$from/log-short.sh" 10 $$ "$dir" redis-cli --user keeper &
unset REDISCLI_AUTH
exec redis-server "$from/redis.conf" --aclfile "$acl" "$@"
