#!/usr/bin/env bash
# processes -- what runs: each process has a keeper that starts it again when
# it dies. Sourced by ./muster.
#
#   run/<name>.pid          the process       run/<name>.keeper.pid  its keeper
#   run/<name>.admin-port   where /readyz is  log/<name>.log         both's words
#   run/<name>.settings     a hash of what it was started with

READY_SECONDS=60
STOP_SECONDS=15

pid_of() {
    cat "$RUN/$1.pid" 2>/dev/null || echo 0
}

# runs PID: not ended, nor ended and only waiting for its parent to notice.
runs() {
    [ "$1" -gt 0 ] && grep -qs '^State:.[^Z]' "/proc/$1/status"
}

# is_alive PID WORD: runs, and is not another that got its number.
is_alive() {
    runs "$1" && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF -- "$2"
}

is_kept() {
    is_alive "$(pid_of "$1.keeper")" "keep $1"
}

# Kept, or left behind by a keeper that was killed.
is_there() {
    is_kept "$1" || is_alive "$(pid_of "$1")" "$(command_word "$1")"
}

command_word() {
    if [ "$1" = redis ]; then
        echo redis-server
    else
        echo "muster-${1%.*}"
    fi
}

# The processes of this var/ that are there, whatever the settings and the
# list of services say now, in the order of stopping: the last to start first,
# Redis at the end.
running() {
    local name service i
    local -a order=(redis "${SERVICES[@]}")
    for service in $(seen | cut -d. -f1 | sort -u); do
        if ! is_known "$service"; then order+=("$service"); fi
    done
    for ((i = ${#order[@]} - 1; i >= 0; i--)); do
        service=${order[i]}
        for name in $(seen | grep "^$service\b" | sort -rV); do
            if is_there "$name"; then echo "$name"; fi
        done
    done
}

is_known() {
    [ "$1" = redis ] || is_service "$1"
}

# Whatever has left a pid file.
seen() {
    local path name
    for path in "$RUN"/*.pid; do
        name=$(basename "$path" .pid)
        echo "${name%.keeper}"
    done | sort -u
}

set_command() {
    if [ "$1" = redis ]; then
        COMMAND=(redis-server "$TOP/docker/redis.conf" --port 0
            --unixsocket "$RUN/redis.sock" --unixsocketperm 700
            --dir "$VAR/redis" --aclfile "$RUN/users.acl" --daemonize no)
    else
        COMMAND=("$BUILD/bin/muster-${1%.*}" --config "$CONFIG"
            --instance "${1#*.}")
    fi
}

# keep NAME COMMAND...: runs it, and again when it dies; SIGTERM ends both.
# The body of `muster keep`, the process that `start` leaves behind.
keep() {
    local name=$1 is_stopping='' child=0 began delay=0 code
    shift
    echo $$ >"$RUN/$name.keeper.pid"
    trap 'is_stopping=yes; kill -TERM $child 2>/dev/null || true' TERM INT
    if [ "$name" = redis ]; then keep_log_short; fi
    while [ -z "$is_stopping" ]; do
        began=$SECONDS
        "$@" &
        child=$!
        echo $child >"$RUN/$name.pid"
        code=0
        wait $child || code=$?
        while [ -n "$is_stopping" ] && kill -0 $child 2>/dev/null; do
            wait $child || true
        done
        [ -n "$is_stopping" ] && break
        echo "muster: $name ended with $code; starting it again"
        # At once when it had run for a while, more slowly when it fails.
        if [ $((SECONDS - began)) -ge 5 ]; then delay=0; fi
        sleep $delay &
        child=$!
        wait $child || true
        delay=$((delay < 5 ? delay + 1 : 5))
        if [ "$name" = redis ]; then wait_for_log; fi
    done
    if [ "$name" = redis ]; then kill -TERM "$SHORTENER" || true; fi
    rm -f "$RUN/$name.pid" "$RUN/$name.keeper.pid"
}

# Of the keeper: until Redis' log is fit to be read.
wait_for_log() {
    while [ -z "$is_stopping" ] && ! look_at_log; do
        sleep 5 &
        child=$!
        wait $child || true
    done
}

# ---- starting ---------------------------------------------------------------

settings_of() {
    if [ "$1" = redis ]; then
        cat "$TOP/docker/redis.conf" "$RUN/users.acl"
    else
        cat "$CONFIG"
    fi | sha256sum
}

# Of an older build, or with other settings, than it would have now.
is_outdated() {
    settings_of "$1" | cmp -s - "$RUN/$1.settings" || return 0
    readlink "/proc/$(pid_of "$1")/exe" 2>/dev/null | grep -q ' (deleted)$'
}

start() {
    local name=$1
    is_kept "$name" && return
    if [ "$name" = redis ]; then look_or_refuse; fi
    set_command "$name"
    rm -f "$RUN/$name.admin-port"
    settings_of "$name" >"$RUN/$name.settings"
    setsid "$TOP/muster" keep "$name" "${COMMAND[@]}" \
        >>"$VAR/log/$name.log" 2>&1 </dev/null 9>&- &
    disown
}

# stop_outdated SERVICE PROCESSES: all of a service, before one of it starts,
# as an older one must not write beside a newer that has just brought the data
# to its own format.
stop_outdated() {
    local name
    for name in $(grep "^$1\b" <<<"$2"); do
        # Also one whose keeper was killed, and one too many.
        if is_outdated "$name" || ! is_kept "$name" || ! is_wanted "$name"
        then
            stop "$name"
        fi
    done
}

start_all() {
    local name there
    declare -gA LOG_START=()
    say "Starting"
    there=$(running)
    for name in $there; do
        if ! is_known "${name%.*}"; then stop "$name"; fi
    done
    for name in "${PROCESSES[@]}"; do
        touch "$VAR/log/$name.log"
        LOG_START[$name]=$(wc -l <"$VAR/log/$name.log")
        case $name in redis | *.0) stop_outdated "${name%.*}" "$there" ;; esac
        # Its keeper waits for the log to be mended: what is wrong is said anew.
        if [ "$name" = redis ] && ! is_alive "$(pid_of redis)" redis-server
        then
            stop redis
        fi
        start "$name"
        # The others would only wait for it, and say so in their logs.
        if [ "$name" = redis ]; then wait_for redis; fi
    done
    for name in "${PROCESSES[@]:1}"; do
        wait_for "$name"
    done
}

answers() {
    local name=$1 port
    if [ "$name" = redis ]; then
        redis_answers
        return
    fi
    # Only where it says itself: its usual port may be another's.
    port=$(cat "$RUN/$name.admin-port" 2>/dev/null) || return 1
    curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/readyz"
}

wait_for() {
    local name=$1 end=$((SECONDS + READY_SECONDS))
    printf '    %-12s' "$name"
    until answers "$name"; do
        if [ "$name" = redis ] && redis_is_reading; then
            end=$((SECONDS + READY_SECONDS))
        elif [ $SECONDS -ge $end ] || has_given_up "$name"; then
            echo "is not ready"
            if [ "$name" = redis ]; then give_up_redis; fi
            tail -5 "$VAR/log/$name.log" >&2
            fail "$name does not become ready; its last words stand above." \
                "All of them: $VAR/log/$name.log" \
                "When it is mended: ./muster up"
        fi
        sleep 0.1
    done
    echo ready
}

# Died three times since this start; Redis once, as nothing else is in its way.
has_given_up() {
    local times=3
    if [ "$1" = redis ]; then times=1; fi
    [ "$(tail -n "+$((LOG_START[$1] + 1))" "$VAR/log/$1.log" |
        grep -c 'starting it again')" -ge $times ]
}

# Nothing else runs yet, and nothing is left running.
give_up_redis() {
    local words
    words=$(redis_words $((LOG_START[redis] + 1)))
    stop redis >/dev/null
    printf 'muster: Redis does not start. Its words:\n' >&2
    sed 's/^/        /' <<<"$words" >&2
    fail "$(redis_advice "$words")" "When it is mended: ./muster up"
}

# ---- stopping ---------------------------------------------------------------

# stop NAME: SIGTERM, and SIGKILL when that does not end it in time.
stop() {
    local name=$1 keeper child
    keeper=$(pid_of "$name.keeper")
    child=$(pid_of "$name")
    local -a alive=()
    if is_alive "$keeper" "keep $name"; then alive+=("$keeper"); fi
    if is_alive "$child" "$(command_word "$name")"; then
        if [ ${#alive[@]} -eq 0 ]; then kill -TERM "$child"; fi
        alive+=("$child")
    fi
    [ ${#alive[@]} -eq 0 ] && return
    printf '    %-12s' "$name"
    if [ "${alive[0]}" = "$keeper" ]; then kill -TERM "$keeper"; fi
    if wait_until_gone "${alive[@]}"; then
        echo stopped
    else
        kill -KILL "${alive[@]}" 2>/dev/null || true
        echo "killed: it had not ended after $STOP_SECONDS s"
    fi
    rm -f "$RUN/$name.pid" "$RUN/$name.keeper.pid"
}

wait_until_gone() {
    local end=$((SECONDS + STOP_SECONDS))
    while any_alive "$@"; do
        [ $SECONDS -ge $end ] && return 1
        sleep 0.05
    done
}

any_alive() {
    local pid
    for pid in "$@"; do
        runs "$pid" && return 0
    done
    return 1
}

# ---- ports ------------------------------------------------------------------

is_busy() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

is_port() {
    case $1 in '' | *[!0-9]* | 0* | ??????*) return 1 ;; esac
    [ "$1" -le 65535 ]
}

# Into PORT: as told, else where it runs already, else 8080.
choose_port() {
    local told now there
    told=$(setting gateway port)
    PORT=${told:-8080}
    is_port "$PORT" ||
        fail "MUSTER_PORT must be a number from 1 to 65535, not \"$PORT\"."
    there=$(running)
    if grep -q '^gateway\.' <<<"$there" && [ -f "$CONFIG" ]; then
        now=$(awk -F' = ' '$1 == "port" { print $2 }' "$CONFIG")
        if [ -n "$told" ] && [ "$now" != "$PORT" ]; then
            fail "Muster runs on port $now already." \
                "To move it: ./muster down, then MUSTER_PORT=$PORT ./muster up"
        fi
        PORT=$now
    fi
}

check_ports() {
    local name number now there
    there=$(running)
    if ! grep -q '^gateway\.' <<<"$there" && is_busy "$PORT"; then
        fail "port $PORT is in use by another program." \
            "Choose another: MUSTER_PORT=8090 ./muster up"
    fi
    for name in "${PROCESSES[@]:1}"; do
        number=$(admin_port_of "$name")
        now=0
        if grep -qxF "$name" <<<"$there"; then
            now=$(cat "$RUN/$name.admin-port" 2>/dev/null || echo 0)
        fi
        if [ "$number" -ne 0 ] && [ "$number" != "$now" ] &&
            is_busy "$number"; then
            fail "port $number (for /readyz and /metrics) is in use." \
                "Choose others: MUSTER_ADMIN_PORT=9300 ./muster up"
        fi
    done
}
