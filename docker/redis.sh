#!/bin/sh
# redis -- Redis with one ACL user for each service, which may touch that
# service's own keys and no others. Passwords come from the environment.
set -eu
umask 077
acl_user() {
    printf 'user %s on >%s ~{*}:%s:* -@all +@read +@write +@connection' \
        "$1" "$3" "$2"
    printf ' -@dangerous +eval +evalsha +script|load +info +config|get'
    printf ' +client|id +client|kill +time\n'
}
{
    # Nobody can be this user, but Redis itself is when it reads its
    # append-only file: without these rights it would silently skip what
    # scripts wrote.
    echo "user default off resetpass ~* &* +@all"
    acl_user signup su "$MUSTER_STORE_SIGNUP_PASSWORD"
    acl_user broadcast bc "$MUSTER_STORE_BROADCAST_PASSWORD"
    acl_user checkin ci "$MUSTER_STORE_CHECKIN_PASSWORD"
    acl_user gateway gw "$MUSTER_STORE_GATEWAY_PASSWORD"
} >/tmp/users.acl
exec redis-server /etc/redis.conf --dir /data --aclfile /tmp/users.acl \
    --bind '* -::*'
