#!/usr/bin/env bash
# backup -- a live backup, and the way back. Sourced by ./muster.
#
# A backup is one file, sealed to var/backup.public (`muster vault make`): a
# tar of
#
#   about.txt      when it was made, by which version
#   dump.rdb       Redis, as one moment saw it (asked for as a replica does, so
#                  that a rewrite of the log does not matter)
#   keys/          without which dump.rdb opens for nobody
#   settings.ini, routes.ini, logins.txt
#
# It has no couriers' notes (var/journal), nothing of var/withdrawn and no
# outbox: those say what was sent and withdrawn *since*, so they stay where they
# are, and are looked at after the way back.
#
#   restore: opened -> looked at -> tried in a Redis of its own -> said what
#   will be -> (--yes) its log made there -> put in place of var/redis
#
# Until the last step nothing has changed, and what was there before is kept
# beside it.

BACKUP_PARTS='(about|logins)\.txt|dump\.rdb|(settings|routes)\.ini'
BACKUP_PARTS+='|keys/([A-Za-z0-9][A-Za-z0-9._-]*)?'

refuse() {
    CODE=3 fail "$@"
}

# ---- there ------------------------------------------------------------------

check_backup_key() {
    [ -f "$VAR/backup.public" ] && return
    refuse "there is no key to seal backups to: $VAR/backup.public" \
        "Once: mkdir safe; ./muster vault make safe" \
        "      cp safe/backup.public $VAR/" \
        "Keep safe/backup.secret on another machine and on paper: nothing else" \
        "opens a backup."
}

# dump_redis FOLDER
dump_redis() {
    REDISCLI_AUTH=$(password_of backup) redis-cli -s "$RUN/redis.sock" \
        --user backup --rdb "$1/dump.rdb" >"$1/redis.said" 2>&1 || true
    [ "$(head -c 5 "$1/dump.rdb" 2>/dev/null)" = REDIS ] && return
    tail -3 "$1/redis.said" >&2
    CODE=4 fail "Redis could not be copied; it says why above." \
        "Is it running? ./muster up; of an older version? ./muster down first."
}

write_about() {
    cat >"$1/about.txt" <<END
made_at $(date -u +%Y-%m-%dT%H:%M:%SZ)
made_by $("$BUILD/bin/muster" --version)
END
}

backup() {
    local file work size
    [ $# -eq 1 ] || CODE=2 fail "where to? ./muster backup FILE"
    is_built || fail "nothing is built yet." "First: ./muster up"
    choose_run_dir
    file=$(readlink -m "$1")
    [ ! -e "$file" ] || refuse "$file is there already." "Take another name."
    [ -d "$(dirname "$file")" ] ||
        refuse "there is no folder $(dirname "$file")."
    check_backup_key
    redis_answers || CODE=4 fail "Redis does not answer: $REDIS_SAYS" \
        "A backup is made of what runs: ./muster up"
    work=$(mktemp -d "$VAR/backup.XXXXXX")
    # shellcheck disable=SC2064 # as it is now
    trap "rm -rf '$work' '$file.part'" EXIT
    say "Copying Redis"
    dump_redis "$work"
    write_about "$work"
    say "Sealing it"
    (cd "$VAR" && tar -cf - -C "$work" about.txt dump.rdb -C "$VAR" keys \
        settings.ini routes.ini logins.txt) |
        (umask 077 && "$BUILD/bin/muster" vault seal "$VAR/backup.public" \
            >"$file.part")
    sync -f "$file.part"
    mv "$file.part" "$file"
    size=$(du -h "$file" | cut -f1)
    printf '%s %s\n' "$(date +%s)" "$file" >"$VAR/last-backup"
    say "Backed up to $file ($size); backup.secret opens it"
}

# ---- and back ---------------------------------------------------------------

# Whoever has the public key can seal anything: names are looked at first.
unpack_backup() {
    local work=$1 file=$2 secret=$3 code=0 wrong
    (umask 077 && "$BUILD/bin/muster" vault open "$secret" <"$file" \
        >"$work/all.tar") || code=$?
    [ $code -eq 0 ] || CODE=$code fail "nothing was changed."
    # Whole names, which may have spaces in them; then what is no plain file.
    wrong=$({
        tar -tf "$work/all.tar" 2>&1 | grep -vxE "$BACKUP_PARTS" || true
        tar -tvf "$work/all.tar" 2>&1 | grep -v '^[-d]' || true
    })
    [ -z "$wrong" ] || refuse "this backup holds what none does: ${wrong%%$'\n'*}" \
        "Nothing was changed."
    (umask 077 && tar -xf "$work/all.tar" -C "$work" --no-same-owner \
        --no-same-permissions)
    rm "$work/all.tar"
    [ -f "$work/dump.rdb" ] && [ -d "$work/keys" ] ||
        refuse "this backup has no Redis or no keys in it." "Nothing was changed."
}

scratch() {
    redis-cli -s "$SCRATCH/redis.sock" "$@" 2>&1
}

# In a folder of its own, with a short name for its socket.
start_scratch() {
    local work=$1
    SCRATCH=$(mktemp -d /tmp/muster-restore.XXXXXX)
    mkdir "$work/redis"
    mv "$work/dump.rdb" "$work/redis/"
    redis-server --port 0 --unixsocket "$SCRATCH/redis.sock" \
        --dir "$work/redis" --save '' --appendonly no --appendfsync always \
        --aof-use-rdb-preamble yes >"$work/redis.log" 2>&1 &
    SCRATCH_PID=$!
    until [ "$(scratch PING || true)" = PONG ]; do
        runs "$SCRATCH_PID" || {
            tail -3 "$work/redis.log" >&2
            refuse "Redis cannot read this backup; it says why above." \
                "Nothing was changed."
        }
        sleep 0.1
    done
}

end_scratch() {
    if [ -n "${SCRATCH_PID:-}" ]; then
        kill "$SCRATCH_PID" 2>/dev/null || true
        wait "$SCRATCH_PID" 2>/dev/null || true
    fi
    rm -rf "${SCRATCH:-}" "${RESTORING:-}"
}

# What it holds, and what cannot be known after it.
tell_backup() {
    local work=$1 held at campaign id count
    at=$(sed -n 's/^made_at //p' "$work/about.txt")
    held=$(scratch EVAL "$(cat "$TOP/script/restore/held.lua")" 0)
    say "Made $at by Muster $(sed -n 's/^made_by //p' "$work/about.txt"):" \
        "$(sed -n 's/^campaigns //p' <<<"$held") campaigns," \
        "$(sed -n 's/^people //p' <<<"$held") supporters"
    OPEN=$(sed -n 's/^open //p' <<<"$held")
    while read -r campaign id count; do
        if [ -n "$campaign" ]; then
            say "$campaign $id was being sent, with $count to go. Whomever a" \
                "courier has begun since is listed as in doubt, and not" \
                "written to again; the rest goes out."
        fi
    done <<<"$OPEN"
    say "Who signed up, checked in or changed something since $at" \
        "is not in it."
    tell_withdrawn "$at"
}

# STOPs, switches turned off, "Not me": signup brings them back by itself.
tell_withdrawn() {
    if compgen -G "$VAR/withdrawn/*/*.withdrawn" >/dev/null; then
        say "What people withdrew since is in $VAR/withdrawn and stands."
    else
        say "There is nothing in $VAR/withdrawn: whoever has withdrawn since" \
            "$1 is not known, and is written to again. If another machine" \
            "has that folder, copy it here first."
    fi
}

# Nobody could say whom they have written to since.
check_notes() {
    [ -z "$OPEN" ] || [ -d "$VAR/journal/begun" ] ||
        refuse "this machine has no couriers' notes ($VAR/journal), so nobody" \
            "could know to whom those broadcasts went since." \
            "Copy var/journal here from the machine that sent them, whole," \
            "then again. Nothing was changed."
}

# The log that Redis is started with from now on.
make_log() {
    local work=$1 said
    scratch CONFIG SET appendonly yes >/dev/null
    until said=$(scratch INFO persistence) &&
        grep -q 'aof_rewrite_in_progress:0' <<<"$said" &&
        grep -q 'aof_rewrite_scheduled:0' <<<"$said" &&
        [ -d "$work/redis/appendonlydir" ]; do
        sleep 0.1
    done
    grep -q 'aof_last_bgrewrite_status:ok' <<<"$said" ||
        refuse "the log could not be written: is the disk full?" \
            "Nothing was changed."
    scratch SHUTDOWN NOSAVE >/dev/null || true
    wait "$SCRATCH_PID" 2>/dev/null || true
    SCRATCH_PID=''
    rm -f "$work/redis/dump.rdb"
    env -u MUSTER_CONFIG "$BUILD/bin/muster" log-check "$work/redis" ||
        refuse "the log that was made is not whole." "Nothing was changed."
}

# `up` refuses while this file is there: half is not what anybody wants.
swap() {
    local work=$1 now name
    now=$(date +%Y%m%d-%H%M%S)
    echo "$now" >"$VAR/restoring"
    sync -f "$VAR/restoring"
    for name in redis keys; do
        if [ -e "$VAR/$name" ]; then mv "$VAR/$name" "$VAR/$name.before-$now"; fi
        mv "$work/$name" "$VAR/$name"
    done
    chmod 700 "$VAR/keys"
    for name in settings.ini routes.ini logins.txt; do
        if [ -f "$work/$name" ] && [ ! -e "$VAR/$name" ]; then
            cp "$work/$name" "$VAR/$name"
        fi
    done
    sync -f "$VAR"
    rm "$VAR/restoring"
    say "Restored; what was here is kept as" \
        "$VAR/redis.before-$now and keys.before-$now"
}

check_not_restoring() {
    [ ! -e "$VAR/restoring" ] ||
        refuse "a restore was cut off, so $VAR is half of one and half of" \
            "another." "Put $VAR/redis.before-… and keys.before-… of" \
            "$(cat "$VAR/restoring") back, remove $VAR/restoring, and restore" \
            "again."
}

restore() {
    local file secret
    [ $# -eq 2 ] || { [ $# -eq 3 ] && [ "$3" = --yes ]; } ||
        CODE=2 fail "which? ./muster restore FILE SECRET [--yes]"
    file=$(readlink -m "$1") secret=$(readlink -m "$2")
    [ -f "$file" ] || refuse "there is no $file."
    install_packages build
    build_programs
    choose_run_dir
    check_not_restoring
    make_directories
    exec 9>"$VAR/.lock"
    flock -n 9 || fail "another ./muster up or down is at work."
    RESTORING=$(mktemp -d "$VAR/restore.XXXXXX")
    trap end_scratch EXIT
    unpack_backup "$RESTORING" "$file" "$secret"
    start_scratch "$RESTORING"
    tell_backup "$RESTORING"
    check_notes
    if [ $# -eq 2 ]; then
        say "Nothing was changed. To have it in place of what is here:" \
            "./muster down, then the same with --yes"
        return
    fi
    [ -z "$(running)" ] || refuse "Muster is running here." \
        "First: ./muster down. Nothing was changed."
    make_log "$RESTORING"
    swap "$RESTORING"
    say "Start it: ./muster up"
}
