#!/usr/bin/env bash
# redis -- a user in Redis for each service that has keys there; its log before
# it starts, and its words when it does not. Sourced by ./muster.

random_word() {
    openssl rand -hex 24
}

# One password for each user, made once.
make_passwords() {
    local service
    for service in $(owners) keeper backup; do
        [ -n "$(password_of "$service")" ] && continue
        (umask 077 && echo "$service $(random_word)" \
            >>"$VAR/keys/redis.passwords")
    done
}

password_of() {
    awk -v service="$1" '$1 == service { print $2 }' \
        "$VAR/keys/redis.passwords" 2>/dev/null || true
}

hash_of() {
    password_of "$1" | tr -d '\n' | sha256sum | cut -d' ' -f1
}

# acl_user SERVICE: its own keys, and what the store needs to greet.
acl_user() {
    local line
    line=$(grep '^user NAME' "$TOP/docker/users.acl")
    line=${line/NAME/$1}
    line=${line/OWNER/${OWNER[$1]}}
    echo "${line/PASSWORD/#$(hash_of "$1")}"
}

# own_user NAME: keeper, backup.
own_user() {
    local line
    line=$(grep "^user $1" "$TOP/docker/users.acl")
    echo "${line/PASSWORD/#$(hash_of "$1")}"
}

write_users() {
    local service
    {
        grep '^user default' "$TOP/docker/users.acl"
        for service in $(owners); do
            acl_user "$service"
        done
        own_user keeper
        own_user backup
    } | (umask 077 && cat >"$RUN/users.acl")
}

# ---- its log ----------------------------------------------------------------

# Before each start: a log that ends in the midst of a transaction is cut at
# the last whole one, and it is said. 3: broken, said what can be done.
look_at_log() {
    env -u MUSTER_CONFIG "$BUILD/bin/muster" log-check --cut "$VAR/redis"
}

look_or_refuse() {
    local code=0 said
    said=$(look_at_log 2>&1) || code=$?
    if [ $code -ne 0 ]; then
        printf '%s\n' "$said" >&2
        CODE=$code fail "nothing was started. When it is mended: ./muster up"
    fi
    if [ -n "$said" ]; then say "$said"; fi
}

# Beside the keeper, while it lives. Its pid is in SHORTENER.
# shellcheck disable=SC2034 # the keeper ends it
keep_log_short() {
    REDISCLI_AUTH=$(password_of keeper) "$TOP/docker/log-short.sh" 10 $$ \
        "$VAR/redis" redis-cli -s "$RUN/redis.sock" --user keeper &
    SHORTENER=$!
}

# ---- its words --------------------------------------------------------------

# Into REDIS_SAYS: what Redis answers one of its users.
ask_redis() {
    local owner
    owner=$(owners | head -1)
    REDIS_SAYS=$(REDISCLI_AUTH=$(password_of "$owner") redis-cli \
        -s "$RUN/redis.sock" --user "$owner" "$@" 2>&1) || true
}

redis_answers() {
    ask_redis PING
    [ "$REDIS_SAYS" = PONG ]
}

# With a large log it takes a while, and cannot be hurried.
redis_is_reading() {
    ask_redis PING
    case $REDIS_SAYS in LOADING*) ;; *) return 1 ;; esac
}

# redis_words LINE: its last warnings before it first died, from that line of
# its log on.
redis_words() {
    local words
    words=$(tail -n "+$1" "$VAR/log/redis.log" | sed '/starting it again$/q' |
        sed -n 's/^[0-9]*:[A-Z] [^#*]* # //p' |
        grep -v '^oO0OoO\|^Redis version=\|^Conf\|^Server init\|^WARN' |
        tail -3)
    if [ -n "$words" ]; then
        printf '%s\n' "$words"
    else
        tail -5 "$VAR/log/redis.log"
    fi
}

# What those mean, and what to do.
redis_advice() {
    case $1 in
    *'No space left'*)
        echo "The disk is full: make room." ;;
    *'Permission denied'*)
        echo "Files in $VAR/redis are not yours: ls -l says whose." ;;
    *'format version'*)
        echo "A newer Redis wrote these files: install that one." ;;
    *RDB* | *rdb* | *'Short read'*)
        echo "What was kept is damaged: put back a backup of $VAR/redis" \
            "with $VAR/keys." ;;
    *'file format'* | *'end of file'*)
        echo "Its log is broken: build/bin/muster log-check $VAR/redis" ;;
    *)
        echo "All of its words: $VAR/log/redis.log" ;;
    esac
}
