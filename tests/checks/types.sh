#!/usr/bin/env bash
# types -- the staff's pages ask for what the API has and use what it answers:
# tsc over services/gateway/web/staff and what it takes from js/, by the types
# that the build made from the API's description.
# needs: build
set -u
. "$(dirname "$0")/sources.sh"
tsc=$BUILD/npm/node_modules/typescript/bin/tsc
if [ ! -e "$tsc" ] || [ ! -e "$BUILD/types/openapi.d.ts" ]; then
    echo "nothing to check with: ninja -C $BUILD web"
    exit 1
fi
node "$tsc" --project "$BUILD/types" --pretty false
