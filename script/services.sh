#!/usr/bin/env bash
# services -- which services there are (services/services.txt), and which
# processes they make here. Sourced by ./muster.

# Into SERVICES, and OWNER, USUAL and ADMIN by a service's name.
read_services() {
    local name owner instances admin rest
    SERVICES=()
    declare -gA OWNER=() USUAL=() ADMIN=()
    while read -r name owner instances admin rest; do
        case $name in '' | '#'*) continue ;; esac
        SERVICES+=("$name")
        OWNER[$name]=$owner
        USUAL[$name]=$instances
        ADMIN[$name]=$admin
    done <"$TOP/services/services.txt"
}

# Those that have keys in Redis, and so a user and a password there.
owners() {
    local service
    for service in "${SERVICES[@]}"; do
        if [ "${OWNER[$service]}" != - ]; then echo "$service"; fi
    done
}

is_service() {
    [ -n "${USUAL[$1]:-}" ]
}

instances_of() {
    setting instances "$1" "${USUAL[$1]}"
}

# Into PROCESSES: what is to run, in the order of starting.
list_processes() {
    local service count i
    PROCESSES=(redis)
    for service in "${SERVICES[@]}"; do
        count=$(instances_of "$service")
        for ((i = 0; i < count; i++)); do
            PROCESSES+=("$service.$i")
        done
    done
}

is_wanted() {
    case " ${PROCESSES[*]} " in *" $1 "*) ;; *) return 1 ;; esac
}

# admin_port_of courier.1
admin_port_of() {
    local first=${MUSTER_ADMIN_PORT:-9100}
    if [ "$first" = 0 ]; then
        echo 0
    else
        echo $((first + ADMIN[${1%.*}] + 10 * ${1#*.}))
    fi
}
