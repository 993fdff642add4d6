#!/usr/bin/env bash
# settings -- what an operator may set, and muster.ini, which is made of it.
# Sourced by ./muster.
#
# A setting is taken from MUSTER_<SECTION>_<KEY> in the environment, else from
# settings.ini, else it is ./muster's own. The services read muster.ini alone
# (and the environment).

INSTANCES_MAX=16 # as the bus can reach (BUS_ENDPOINTS_MAX)

# "section key" of what ./muster itself relies on.
FIXED='run dir|store endpoint|store [a-z]*_password|keys dir'
FIXED="$FIXED|gateway bootstrap_token_file"

# Each setting of an INI file: "section key value", a line each.
ini_settings() {
    awk '
        /^[[:space:]]*([;#]|$)/ { next }
        /^[[:space:]]*\[/ {
            section = $0
            gsub(/^[[:space:]]*\[|\].*$/, "", section)
            next
        }
        match($0, /[=:]/) {
            key = substr($0, 1, RSTART - 1)
            value = substr($0, RSTART + 1)
            gsub(/^[[:space:]]+|[[:space:]]+$/, "", key)
            gsub(/^[[:space:]]+|[[:space:]]+$/, "", value)
            print section, key, value
        }' "$1"
}

# Line numbers of what is no setting: nothing is set by it, so it is said.
stray_lines() {
    awk '
        /^[[:space:]]*([;#]|$)/ { next }
        /^[[:space:]]*\[[^]]+\]/ { section = 1; next }
        !section || !/^[[:space:]]*[^=:[:space:]][^=:]*[=:]/ { print NR }
    ' "$1"
}

# settings.ini into SETTINGS, by "section key"; then the short names.
read_settings() {
    local section key value name
    declare -gA SETTINGS=()
    if [ -f "$VAR/settings.ini" ]; then
        while read -r section key value; do
            SETTINGS[$section $key]=$value
        done < <(ini_settings "$VAR/settings.ini")
    fi
    for key in HOST PORT PUBLIC_URL; do
        name=MUSTER_$key
        if [ -n "${!name:-}" ]; then
            declare -g "MUSTER_GATEWAY_$key=${!name}"
        fi
    done
}

# setting SECTION KEY [DEFAULT]
setting() {
    local name=MUSTER_$1_$2
    name=${name^^}
    name=${name//[^A-Z0-9]/_}
    echo "${!name:-${SETTINGS[$1 $2]:-${3:-}}}"
}

# check_instances SERVICE COUNT WHERE
check_instances() {
    is_service "$1" ||
        fail "$3: there is no service \"$1\"." "There are: ${SERVICES[*]}."
    case $2 in
    '' | *[!0-9]* | 0* | ???*) ;;
    *) [ "$2" -le $INSTANCES_MAX ] && return ;;
    esac
    fail "$3: $1 = $2 is not a number from 1 to $INSTANCES_MAX."
}

check_settings() {
    local name key line
    if [ -f "$VAR/settings.ini" ]; then
        line=$(stray_lines "$VAR/settings.ini" | head -1)
        [ -z "$line" ] ||
            fail "$VAR/settings.ini:$line: this is no setting." \
                "Write [section], then key = value, a line each."
    fi
    for name in "${!MUSTER_INSTANCES_@}"; do
        key=${name#MUSTER_INSTANCES_}
        check_instances "${key,,}" "${!name}" "$name"
    done
    for name in "${!SETTINGS[@]}"; do
        if grep -qxE "$FIXED" <<<"$name"; then
            fail "$VAR/settings.ini: [${name% *}] ${name#* } is not yours" \
                "to set: MUSTER_VAR says where everything lives."
        fi
        if [ "${name% *}" = instances ]; then
            check_instances "${name#* }" "${SETTINGS[$name]}" \
                "$VAR/settings.ini, [instances]"
        fi
    done
}

# The operator's own, made once.
write_settings() {
    [ -e "$VAR/settings.ini" ] && return
    (umask 077 && cat >"$VAR/settings.ini") <<END
; Yours: ./muster up makes this file once and never writes it again. What is
; set here wins over what ./muster up would say (see muster.ini beside it);
; MUSTER_<SECTION>_<KEY> in the environment wins over both. All there are:
; docs/settings.md. After a change: ./muster up, which restarts what runs with
; other settings.
;
; How many processes of each service, 1 to $INSTANCES_MAX; gateways share the port:
; [instances]
; gateway = 2
; courier = 4
;
; For the world, behind docker/nginx.conf on this machine:
; [gateway]
; public_url = https://muster.example.org
; proxies = 127.0.0.1
;
; [run]
; log_level = debug
END
}

# The providers, made once and then the operator's own.
write_routes() {
    [ -s "$VAR/routes.ini" ] && return
    (umask 077 && cat >"$VAR/routes.ini") <<'END'
; How messages leave, a section a route: see "Running it" in the README. After
; a change: ./muster up
;
; The outbox keeps them on this machine, under outbox/ and at /outbox.
[route.sms-outbox]
channel = sms
provider = outbox
rate = 500

[route.email-outbox]
channel = email
provider = outbox
rate = 500
END
}

# section NAME [KEY DEFAULT...]
section() {
    local name=$1
    shift
    printf '\n[%s]\n' "$name"
    while [ $# -gt 0 ]; do
        printf '%s = %s\n' "$1" "$(setting "$name" "$1" "$2")"
        shift 2
    done
}

our_settings() {
    local name
    local -a counts=() ports=()
    for name in "${SERVICES[@]}"; do
        counts+=("$name" "${USUAL[$name]}")
    done
    for name in "${PROCESSES[@]:1}"; do
        ports+=("$name" "$(admin_port_of "$name")")
    done
    section run log_level info
    echo "dir = $RUN"
    section store
    echo "endpoint = unix:$RUN/redis.sock"
    for name in $(owners); do
        echo "${name}_password = $(password_of "$name")"
    done
    section instances "${counts[@]}"
    section admin "${ports[@]}"
    section keys
    echo "dir = $VAR/keys"
    # Programs on this machine are not limited, so that ./muster demo can play
    # thousands of people; what comes through a proxy always is.
    section gateway host 127.0.0.1 web_dir "$BUILD/web" \
        public_url "http://127.0.0.1:$PORT" exempt_loopback yes
    echo "port = $PORT"
    echo "bootstrap_token_file = $VAR/keys/bootstrap.token"
    section signup withdrawn_dir "$VAR/withdrawn"
    section outbox dir "$VAR/outbox"
    section courier journal_dir "$VAR/journal"
}

# What settings.ini says beside that; $1: our_settings.
other_settings() {
    local name section key value now=''
    local -A ours=()
    while read -r section key value; do
        ours[$section $key]=$value
    done < <(ini_settings /dev/stdin <<<"$1")
    while read -r name; do
        [ -n "$name" ] && [ -z "${ours[$name]:-}" ] || continue
        if [ "${name% *}" != "$now" ]; then
            now=${name% *}
            section "$now"
        fi
        echo "${name#* } = ${SETTINGS[$name]}"
    done < <(printf '%s\n' "${!SETTINGS[@]}" | sort)
}

# muster.ini, into the file $1.
write_config() {
    local ours
    ours=$(our_settings)
    (umask 077 && cat >"$1") <<END
; Written by ./muster up, and again each time. Yours to edit are settings.ini
; and routes.ini beside it, and MUSTER_<SECTION>_<KEY> in the environment.
$ours
$(other_settings "$ours")

$(cat "$VAR/routes.ini")
END
}
