#!/usr/bin/env bash
# compose -- prints compose.yaml for the rows of services/services.txt:
#
#   docker/compose.sh >docker/compose.yaml
#
# MUSTER_INSTANCES_<SERVICE> in the environment says how many of one. A
# container's ports are its own: of several gateways the first alone is
# published, and a proxy among the containers asks them all.
set -euo pipefail
TOP=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
. "$TOP/script/settings.sh"
. "$TOP/script/services.sh"
read_services
declare -A SETTINGS=()

# password_line SERVICE MESSAGE: an environment line that compose insists on.
password_line() {
    printf '      %s: ${%s:?%s}\n' "MUSTER_STORE_${1^^}_PASSWORD" \
        "MUSTER_STORE_${1^^}_PASSWORD" "$2"
}

print_head() {
    local service
    cat <<'END'
# Every service and Redis on one host. Printed by docker/compose.sh from
# services/services.txt; change those.
#
#   awk '/^[a-z]/ && $2 != "-" { print toupper($1) }' services/services.txt |
#       while read -r s; do
#           echo "MUSTER_STORE_${s}_PASSWORD=$(openssl rand -hex 24)"
#       done >docker/.env            # once; kept out of git
#   docker compose -p muster -f docker/compose.yaml up --build
#
# Then http://127.0.0.1:8080/ (MUSTER_PORT chooses another port). For the
# world, nginx in front: see docker/nginx.conf.
x-service: &service
  restart: unless-stopped
  stop_grace_period: 12s
  depends_on:
    redis:
      condition: service_healthy
  volumes:
    - run:/run/muster
    - state:/var/lib/muster

x-instances: &instances
END
    for service in "${SERVICES[@]}"; do
        echo "  MUSTER_INSTANCES_${service^^}: $(instances_of "$service")"
    done
    printf '\nservices:\n'
}

print_redis() {
    local service
    cat <<'END'
  redis:
    build: {context: .., dockerfile: docker/Dockerfile, target: redis}
    user: redis
    command: ["/bin/sh", "/etc/muster/redis.sh", "--dir", "/data", "--bind", "* -::*"]
    restart: unless-stopped
    stop_grace_period: 30s
    environment:
END
    for service in $(owners); do
        password_line "$service" "see the head of docker/compose.yaml"
    done
    cat <<'END'
    volumes:
      - ./redis.conf:/etc/muster/redis.conf:ro
      - ./redis.sh:/etc/muster/redis.sh:ro
      - ./log-short.sh:/etc/muster/log-short.sh:ro
      - ./users.acl:/etc/muster/users.acl:ro
      - ../services/services.txt:/etc/muster/services.txt:ro
      - redis:/data
    healthcheck:
      # With the default user off, this is what an open door says.
      test: ["CMD-SHELL", "redis-cli PING 2>&1 | grep -q NOAUTH"]
      interval: 2s
      timeout: 2s
      retries: 30
END
}

# print_process SERVICE INSTANCE: each container has a loopback of its own, so
# that all may have the same admin port.
print_process() {
    cat <<END

  $1-$2:
    <<: *service
    build: {context: .., dockerfile: docker/Dockerfile, args: {SERVICE: $1}}
    command: ["--instance", "$2"]
    environment:
      <<: *instances
      MUSTER_ADMIN_${1^^}_$2: 9100
END
    if [ "${OWNER[$1]}" != - ]; then password_line "$1" ""; fi
    if [ "$1" = gateway ]; then
        # shellcheck disable=SC2016 # compose fills it in
        echo '      MUSTER_GATEWAY_PUBLIC_URL: http://127.0.0.1:${MUSTER_PORT:-8080}'
    fi
    if [ "$1-$2" = gateway-0 ]; then
        # shellcheck disable=SC2016 # compose fills it in
        printf '    ports:\n      - "%s"\n' '127.0.0.1:${MUSTER_PORT:-8080}:8080'
    fi
}

print_head
print_redis
for service in "${SERVICES[@]}"; do
    count=$(instances_of "$service")
    for ((i = 0; i < count; i++)); do
        print_process "$service" "$i"
    done
done
cat <<'END'

volumes:
  redis:
  run:
  state:
END
