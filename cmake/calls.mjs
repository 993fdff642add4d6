#!/usr/bin/env node
// calls -- one typed function for each request of a conversation.
//
//   calls.mjs PROTO_FILE OUT_FILE
//
// From the oneof of a proto's Request, the header OUT_FILE with
//
//   void signup_ask_list_actions(struct bus_peer *peer,
//                                const Signup__ListActions *message,
//                                signup_answer_cb *cb, void *arg);
//
// and so on: inline, over the client's own signup_ask. For
// common/client/<service>.h.
import {readFileSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';

const [proto, out] = process.argv.slice(2);
const service = basename(proto, '.proto');
const text = readFileSync(proto, 'utf8').replace(/\/\/[^\n]*/g, '');
const body = /message Request \{\s*oneof is \{([^}]*)\}/.exec(text)?.[1];
if (body === undefined) {
    console.error(`calls: ${proto} has no "message Request { oneof is {"`);
    process.exit(1);
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const S = capital(service);
const UPPER = service.toUpperCase();

function c_type(name) {
    const [, scope, message] = /^(?:(\w+)\.)?(\w+)$/.exec(name);
    return `${capital(scope ?? service)}__${message}`;
}

// What C++ keeps for itself protoc-c writes with an underscore.
const KEPT = new Set(['template', 'delete', 'new', 'class', 'this', 'export']);

function call([, type, field]) {
    const member = KEPT.has(field) ? `${field}_` : field;
    const name = c_type(type);
    return `static inline void
${service}_ask_${field}(struct bus_peer *peer, const ${name} *message,
    ${service}_answer_cb *cb, void *arg)
{
    ${S}__Request request = ${UPPER}__REQUEST__INIT;
    request.is_case = ${UPPER}__REQUEST__IS_${field.toUpperCase()};
    request.${member} = (${name} *)(uintptr_t)message;
    ${service}_ask(peer, 0, &request, cb, arg);
}
`;
}

const calls = [...body.matchAll(/([\w.]+)\s+(\w+)\s*=\s*\d+\s*;/g)].map(call);
writeFileSync(out, `/* Made by the build from ${service}.proto; see cmake/calls.mjs. */
#ifndef ${UPPER}_CALLS_H
#define ${UPPER}_CALLS_H

#include <stdint.h>

${calls.join('\n')}
#endif
`);
