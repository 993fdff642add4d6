/* signup_proof -- what the link in a message to a supporter says, for tests of
 * signup alone: read from its record, as the service reads it. */
#ifndef TESTS_SUPPORT_SIGNUP_PROOF_H
#define TESTS_SUPPORT_SIGNUP_PROOF_H

#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/people/address.h"
#include "services/signup/people/record.h"
#include "signup_rows.h"
#include "tests/support/rigs/signup_rig.h"

struct signup_proof_read {
    int count;
    bool exists;
    struct record record;
    struct address_keys keys;
};

static inline void
signup_proof_on_record(void *arg, enum err err, const struct store_reply *reply)
{
    struct signup_proof_read *read = arg;
    read->count++;
    read->exists =
        err == ERR_NONE && reply->type == STORE_STRING && reply->len > 0 &&
        record_unseal(&read->keys.record, "care",
                      bytes_of(reply->string, reply->len), &read->record);
}

/* False: nothing is left of it. */
static inline bool
signup_proof_record(struct signup_rig *rig, uint32_t number, struct record *out)
{
    struct signup_proof_read read = {.count = 0};
    struct crypto_key key;
    char *path = mem_format("%s/keys/signup.key", rig->dir);
    crypto_key_load(path, false, &key);
    free(path);
    address_keys_derive(&key, &read.keys);
    char list[64], at[16];
    (void)snprintf(list, sizeof(list), "{care}:su:r:%u",
                   number / SU_RECORDS_PER_LIST);
    (void)snprintf(at, sizeof(at), "%u", number % SU_RECORDS_PER_LIST);
    struct bytes words[] = {bytes_of_string("LINDEX"), bytes_of_string(list),
                            bytes_of_string(at)};
    struct store *store = redis_store(rig->redis, rig->loop);
    store_command(store, words, 3, signup_proof_on_record, &read);
    signup_rig_wait(rig, &read.count, 1);
    store_free(&store);
    *out = read.record;
    return read.exists;
}

static inline Signup__Proof
signup_proof_of(struct signup_rig *rig, uint32_t number, Words__Channel channel)
{
    struct record record;
    Signup__Proof proof = SIGNUP__PROOF__INIT;
    proof.number = number;
    proof.channel = channel;
    proof.salt = signup_proof_record(rig, number, &record)
                     ? record.salts[channel - 1]
                     : 0;
    return proof;
}

#endif
