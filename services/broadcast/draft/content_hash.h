/* content_hash -- what an approval binds to.
 *
 * BLAKE2b-256 over the packed content (name, class, audience, action, texts,
 * expiry, standing), in hex. The packing is made here from known fields in
 * their order, so an unknown field cannot make two hashes of one content. */
#ifndef BROADCAST_CONTENT_HASH_H
#define BROADCAST_CONTENT_HASH_H

#include "broadcast.pb-c.h"

#define CONTENT_HASH_SIZE 65

void content_hash(const Broadcast__Content *content,
                  char hash[CONTENT_HASH_SIZE]);

#endif
