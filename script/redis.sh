#!/usr/bin/env bash
# redis -- a user in Redis for each service that has keys there. Sourced by
# ./muster.

random_word() {
    openssl rand -hex 24
}

# One password for each service, made once.
make_passwords() {
    local service
    for service in $(owners); do
        [ -n "$(password_of "$service")" ] && continue
        (umask 077 && echo "$service $(random_word)" \
            >>"$VAR/keys/redis.passwords")
    done
}

password_of() {
    awk -v service="$1" '$1 == service { print $2 }' \
        "$VAR/keys/redis.passwords" 2>/dev/null || true
}

# acl_user SERVICE: its own keys, and what the store needs to greet.
acl_user() {
    local line hash
    line=$(grep '^user NAME' "$TOP/docker/users.acl")
    hash=$(password_of "$1" | tr -d '\n' | sha256sum | cut -d' ' -f1)
    line=${line/NAME/$1}
    line=${line/OWNER/${OWNER[$1]}}
    echo "${line/PASSWORD/#$hash}"
}

write_users() {
    local service
    {
        grep '^user default' "$TOP/docker/users.acl"
        for service in $(owners); do
            acl_user "$service"
        done
    } | (umask 077 && cat >"$RUN/users.acl")
}
